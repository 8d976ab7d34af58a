"""``make demo``: everything on this machine, all state in the ``.demo`` folder."""

import os
from pathlib import Path

from .base import *  # noqa: F403
from .base import BASE_DIR, CHECKOUT_ORIGINS, CONTENT_SECURITY_POLICY, INSTALLED_APPS
from .database import database

DEMO_DIR = Path(os.environ.get("ASYNCPT_DEMO_DIR", BASE_DIR / ".demo"))

DEBUG = True
SECRET_KEY = "for-the-demo-on-this-machine-only"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INTERNAL_IPS: list[str] = []
INSTALLED_APPS = [*INSTALLED_APPS, "wagtail.contrib.styleguide"]

DATABASES = {
    "default": database(os.environ.get("DATABASE_URL", f"sqlite:///{DEMO_DIR / 'db.sqlite3'}"))
}
MEDIA_ROOT = DEMO_DIR / "media"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DEMO_DIR / "mail"

ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True

# With a test key of your own in STRIPE_SECRET_KEY the demo talks to Stripe; else to the stand-in.
STRIPE_STANDIN_ORIGIN = os.environ.get("STRIPE_STANDIN_ORIGIN", "http://127.0.0.1:8421")
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "sk_test_standin")
WAGTAIL_ASYNCPT = {
    "PRIVATE_ROOT": str(DEMO_DIR / "private"),
    "STRIPE_ACCOUNTS": {
        "default": {
            "secret_key": STRIPE_SECRET_KEY,
            "webhook_secrets": [os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_standin")],
            "api_base": None if "STRIPE_SECRET_KEY" in os.environ else STRIPE_STANDIN_ORIGIN,
        }
    },
}
CHECKOUT_ORIGINS.append(STRIPE_STANDIN_ORIGIN)
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(STRIPE_STANDIN_ORIGIN)
if WAGTAIL_ASYNCPT["STRIPE_ACCOUNTS"]["default"]["api_base"]:  # type: ignore[index]
    INSTALLED_APPS.append("sandbox.demo.apps.DemoConfig")
