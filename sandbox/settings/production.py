"""A clinic's real server: secrets and addresses come from the environment, all doors closed.

Needed: SECRET_KEY, ALLOWED_HOSTS (comma-separated), DATABASE_URL, SITE_URL (https://…).
Optional: MEDIA_ROOT, PRIVATE_ROOT, STATIC_ROOT, REDIS_URL, EMAIL_HOST and its kin.
"""

import os
from pathlib import Path

from .base import *  # noqa: F403
from .base import BASE_DIR, MIDDLEWARE, WAGTAIL_ASYNCPT
from .database import database

DEBUG = False
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = [host.strip() for host in os.environ["ALLOWED_HOSTS"].split(",") if host.strip()]
WAGTAILADMIN_BASE_URL = os.environ["SITE_URL"]
CSRF_TRUSTED_ORIGINS = [WAGTAILADMIN_BASE_URL]
DATABASES = {"default": database(os.environ["DATABASE_URL"])}

_STATE = Path(os.environ.get("STATE_DIR", BASE_DIR / "var"))
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", _STATE / "media"))
WAGTAIL_ASYNCPT = {
    **WAGTAIL_ASYNCPT,
    "PRIVATE_ROOT": os.environ.get("PRIVATE_ROOT", str(_STATE / "private")),
}
# Keeps gated documents out of shared caches.
MIDDLEWARE = ["wagtail_asyncpt.gating.middleware.PrivateFilesMiddleware", *MIDDLEWARE]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", _STATE / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# Login limits are counted in the cache, so several web processes must share one.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["REDIS_URL"],
    }
    if "REDIS_URL" in os.environ
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": _STATE / "cache",
    }
}

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Login limits count addresses: one proxy stands in front, and names the visitor's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# W019: the Wagtail admin shows the site's own pages in frames, for previews.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
ACCOUNTS_REQUIRE_STAFF_MFA = True

EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
