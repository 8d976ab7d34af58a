"""The test suite: in memory, no waiting, nothing left behind."""

import os
import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import INSTALLED_APPS, TASKS_PACKAGE
from .database import database

# A site's own models with recurrence rules, which no site but the tests has.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.rules"]
DEBUG = False
SECRET_KEY = "for-the-tests-only"
ALLOWED_HOSTS = ["*"]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", "sqlite://:memory:"))}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
_STATE = Path(tempfile.gettempdir()) / "wagtail-asyncpt-tests"
MEDIA_ROOT = _STATE / "media"
WAGTAIL_ASYNCPT = {"PRIVATE_ROOT": str(_STATE / "private")}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": f"{TASKS_PACKAGE}.backends.immediate.ImmediateBackend"}}

ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True
