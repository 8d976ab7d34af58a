"""Settings: one dict, ``WAGTAIL_ASYNCPT``, read through a typed object.

Every key has a default, so that a site may leave the dict out. Unknown keys and wrong types are
reported by ``manage.py check`` (asyncpt.E001, asyncpt.E002).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings as django_settings
from django.core.signals import setting_changed

DICT_NAME = "WAGTAIL_ASYNCPT"


@dataclass(frozen=True, kw_only=True)
class StripeAccount:
    """Keys of one Stripe account.

    ``secret_key`` is best a restricted key (``rk_…``). ``webhook_secrets`` holds one secret, or two
    while a secret is rolled. ``api_base`` is for a stand-in in development only.
    """

    secret_key: str
    webhook_secrets: tuple[str, ...] = ()
    api_base: str | None = None

    @property
    def livemode(self) -> bool:
        """Whether the key belongs to Stripe's live mode."""
        return self.secret_key.startswith(("sk_live_", "rk_live_"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The typed settings with their defaults."""

    #: Stripe accounts by name; a clinic names the one that it uses (``Clinic.stripe_account``).
    STRIPE_ACCOUNTS: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Seconds that a webhook's signature may be old or early; never 0.
    STRIPE_WEBHOOK_TOLERANCE: int = 300
    #: Days that a member keeps access after a payment failed.
    PAST_DUE_GRACE_DAYS: int = 7
    #: Weeks that a member may pause at most.
    PAUSE_MAX_WEEKS: int = 12
    #: Site template that our public pages extend; it needs a block named ``content``.
    BASE_TEMPLATE: str = "base.html"
    #: URL or URL name of the sign-in page; by default ``LOGIN_URL`` when it resolves, else
    #: Wagtail's own front-end login.
    LOGIN_URL: str | None = None
    #: URL or URL name where a visitor makes an account; by default allauth's when it is installed.
    SIGNUP_URL: str | None = None
    #: Free gated pages a month for a visitor, by the label of their type: {"blog.BlogPage": 3}.
    METERED_PAGES: Mapping[str, int] = field(default_factory=dict)
    #: Whether search engines are asked to leave teasers of gated pages out.
    TEASER_NOINDEX: bool = False
    #: Folder for private files; by default ``private`` beside ``MEDIA_ROOT``.
    PRIVATE_ROOT: str | None = None
    #: Internal location that nginx maps to ``PRIVATE_ROOT`` (``X-Accel-Redirect``), or ``None``.
    X_ACCEL_PREFIX: str | None = None
    #: Whether the web server sends private files by their path (``X-Sendfile``: Apache, lighttpd).
    X_SENDFILE: bool = False
    #: Seconds that a player's link to a private video, poster or captions works at most.
    MEDIA_LINK_SECONDS: int = 4 * 60 * 60
    #: Path of the ffmpeg program; by default the one on PATH, else the one of ``imageio_ffmpeg``.
    FFMPEG: str | None = None
    #: Path of the ffprobe program; by default the one on PATH, else ffmpeg's own output is read.
    FFPROBE: str | None = None
    #: Largest upload in bytes.
    UPLOAD_MAX_BYTES: int = 500 * 1024 * 1024
    #: Longest clip in seconds.
    VIDEO_MAX_SECONDS: int = 180
    #: Hours that an unfinished upload is kept.
    UPLOAD_EXPIRES_HOURS: int = 48
    #: Size of the paper of PDFs: "Letter" or "A4".
    PAPER: str = "Letter"
    #: Name of the task queue for long work (transcoding).
    TASK_QUEUE: str = "default"
    #: Seconds without input after which a therapist's work time stops counting.
    WORK_IDLE_SECONDS: int = 60
    #: Pain (0-10) from which a log enters the therapist's queue at once.
    PAIN_ALERT: int = 6


def _declared() -> set[str]:
    return {f.name for f in fields(Settings)}


def unknown_keys() -> list[str]:
    """Keys of the site's dict that no setting has."""
    return sorted(set(getattr(django_settings, DICT_NAME, {})) - _declared())


def _load() -> Settings:
    values = getattr(django_settings, DICT_NAME, {})
    return Settings(**{key: value for key, value in values.items() if key in _declared()})


class _Proxy:
    """Reads ``Settings`` lazily and again after ``override_settings``."""

    _loaded: Settings | None = None

    def __getattr__(self, name: str) -> Any:
        if self._loaded is None:
            self._loaded = _load()
        return getattr(self._loaded, name)

    def reload(self, *, setting: str, **kwargs: Any) -> None:
        """Forget the values when the dict changes (tests)."""
        if setting == DICT_NAME:
            self._loaded = None

    def stripe_account(self, name: str) -> StripeAccount | None:
        """The keys of the account called ``name``, or ``None`` where it is not configured."""
        raw = self.STRIPE_ACCOUNTS.get(name)
        if raw is None:
            return None
        return StripeAccount(
            secret_key=raw["secret_key"],
            webhook_secrets=tuple(raw.get("webhook_secrets", ())),
            api_base=raw.get("api_base"),
        )


settings = _Proxy()
setting_changed.connect(settings.reload)
