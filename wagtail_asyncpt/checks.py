"""System checks: a site that is set up wrongly hears it from ``manage.py check``.

Every check is listed, with what to do, in ``docs/reference/checks.md``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from os import PathLike
from typing import Any, get_origin, get_type_hints

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning
from django.db import OperationalError, ProgrammingError
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from wagtail.models import get_page_models

from wagtail_asyncpt.conf import DICT_NAME, Settings, StripeAccount, unknown_keys
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core.ffmpeg import find_ffmpeg
from wagtail_asyncpt.core.pages import page_model_name
from wagtail_asyncpt.core.pdf import why_no_pdf
from wagtail_asyncpt.core.storage import (
    has_local_path,
    is_inside_media_root,
    longest_signature,
    private_storage,
    signs_addresses,
)
from wagtail_asyncpt.gating.file_leaks import FILES_MIDDLEWARE, UPDATE_CACHE
from wagtail_asyncpt.gating.leaks import field_leaks, line_leaks, related_leaks, without_faces
from wagtail_asyncpt.gating.queries import gate_group_ids, groups_with_permissions

FIELDS_OF_A_WEEK = 10_000
#: Settings that name a file or folder, so that a ``Path`` is as good as a string.
PATHS = {"PRIVATE_ROOT", "FFMPEG", "FFPROBE"}
#: Seconds; whoever is given such an address by its reader may open it so long.
LONGEST_SIGNATURE = 60 * 60
AT_LEAST = {
    "STRIPE_WEBHOOK_TOLERANCE": 1,
    "UPLOAD_MAX_BYTES": 1,
    "VIDEO_MAX_SECONDS": 1,
    "UPLOAD_EXPIRES_HOURS": 1,
    "WORK_IDLE_SECONDS": 1,
    "PAUSE_MAX_WEEKS": 1,
    "MEDIA_LINK_SECONDS": 60,
}
AT_MOST = {"PAIN_ALERT": 10, "PAUSE_MAX_WEEKS": 52, "MEDIA_LINK_SECONDS": 7 * 24 * 60 * 60}
ONE_OF = {"PAPER": ("A4", "Letter")}

Check = Callable[[], Iterator[CheckMessage]]


def register() -> None:
    """Register every check with Django; called once, when the app is ready."""
    for check in (
        unknown_settings,
        wrong_values,
        private_root,
        private_storage_addresses,
        swapped_page_model,
        stripe_accounts,
        ffmpeg,
        form_size,
        document_serving,
        related_api_fields,
        base_template,
        gated_fields,
        metered_pages,
        preview_faces,
    ):
        checks.register(_adapt(check), "asyncpt")
    # Fit for trying out on one's own machine, not for a server.
    for check in (task_backend, private_files_middleware, pdf):
        checks.register(_adapt(check), "asyncpt", deploy=True)
    checks.register(gate_group_permissions, checks.Tags.database)


def _adapt(check: Check) -> Callable[..., list[CheckMessage]]:
    def run(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
        # A value of the wrong type would break the others, and is to be mended first.
        if check is not wrong_values and any(wrong_values()):
            return []
        return list(check())

    return run


def _values() -> Any:
    return getattr(django_settings, DICT_NAME, {})


def _fitting(name: str, value: Any) -> bool:
    """Whether ``value`` has the type that ``Settings`` declares for ``name``."""
    hint = get_type_hints(Settings)[name]
    if get_origin(hint) is Mapping:
        return isinstance(value, Mapping)
    if hint is bool:
        return isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if value is None:
        return hint is not str
    return isinstance(value, str) or (name in PATHS and isinstance(value, PathLike))


def unknown_settings() -> Iterator[CheckMessage]:
    """E001: a key that no setting has."""
    known = ", ".join(f.name for f in fields(Settings))
    for key in unknown_keys():
        yield Error(
            f"{DICT_NAME} has the unknown key {key!r}.", hint=f"Known: {known}.", id="asyncpt.E001"
        )


def wrong_values() -> Iterator[CheckMessage]:
    """E002: a value of the wrong type, or out of range."""
    values = _values()
    if not isinstance(values, Mapping):
        yield _wrong(f"{DICT_NAME} is not a dict.", "Write it as {'KEY': value}.")
        return
    for name in (f.name for f in fields(Settings) if f.name in values):
        value = values[name]
        if not _fitting(name, value):
            kind = get_type_hints(Settings)[name]
            yield _wrong(
                f"{DICT_NAME}[{name!r}] is {value!r}.",
                f"It must be {getattr(kind, '__name__', kind)}.",
            )
        elif name in ONE_OF and value not in ONE_OF[name]:
            yield _wrong(
                f"{DICT_NAME}[{name!r}] is {value!r}.", f"It must be {' or '.join(ONE_OF[name])}."
            )
        elif isinstance(value, int):
            least, most = AT_LEAST.get(name, 0), AT_MOST.get(name)
            if value < least or (most is not None and value > most):
                upper = "" if most is None else f" and at most {most}"
                yield _wrong(
                    f"{DICT_NAME}[{name!r}] is {value}.", f"It must be at least {least}{upper}."
                )


def _wrong(message: str, hint: str) -> CheckMessage:
    return Error(message, hint=hint, id="asyncpt.E002")


def private_root() -> Iterator[CheckMessage]:
    """E003: private files where the web server hands out media."""
    if is_inside_media_root():
        yield Error(
            "Private files would lie inside MEDIA_ROOT, where anybody can fetch them.",
            hint=f"Set {DICT_NAME}['PRIVATE_ROOT'] to a folder outside of MEDIA_ROOT.",
            id="asyncpt.E003",
        )


def private_storage_addresses() -> Iterator[CheckMessage]:
    """E007, W009: a storage whose addresses are open to anybody, or for days."""
    if has_local_path(private_storage()):
        return
    if not signs_addresses(private_storage()):
        yield Error(
            "The storage asyncpt_private hands out addresses without a signature.",
            hint="Set querystring_auth (Azure: expiration_secs) in its OPTIONS.",
            id="asyncpt.E007",
        )
    elif (seconds := longest_signature(private_storage())) > LONGEST_SIGNATURE:
        yield Warning(
            f"Signed addresses of asyncpt_private work for {seconds} seconds, for anybody.",
            hint=f"Set querystring_expire (Azure: expiration_secs) to {LONGEST_SIGNATURE} or less.",
            id="asyncpt.W009",
        )


def swapped_page_model() -> Iterator[CheckMessage]:
    """E004: our page types need Wagtail's own page model."""
    if apps.is_installed("wagtail_asyncpt.pages") and page_model_name() != "wagtailcore.Page":
        yield Error(
            f"wagtail_asyncpt.pages is installed, and the page model is {page_model_name()}.",
            hint="Leave wagtail_asyncpt.pages out and build page types on our mixins.",
            id="asyncpt.E004",
        )


def stripe_accounts() -> Iterator[CheckMessage]:
    """E005, E006, W001: keys that would charge people by mistake, or that are missing."""
    accounts = _values().get("STRIPE_ACCOUNTS", {})
    for name, entry in accounts.items():
        yield from _stripe_account(f"{DICT_NAME}['STRIPE_ACCOUNTS'][{name!r}]", entry)


def _stripe_account(where: str, entry: Any) -> Iterator[CheckMessage]:
    if not isinstance(entry, Mapping):
        yield _wrong(f"{where} is not a dict.", "It needs secret_key and webhook_secrets.")
        return
    known = {f.name for f in fields(StripeAccount)}
    for key in sorted(set(entry) - known):
        yield _wrong(f"{where} has the unknown key {key!r}.", f"Known: {', '.join(sorted(known))}.")
    key, secrets, base = (entry.get(f.name) for f in fields(StripeAccount))
    if not isinstance(key, str) or not key:
        yield Error(
            f"{where} has no secret_key.",
            hint="Use a restricted key (rk_…) from Stripe's dashboard.",
            id="asyncpt.E006",
        )
    elif StripeAccount(secret_key=key).livemode and (django_settings.DEBUG or base):
        reason = "DEBUG is on" if django_settings.DEBUG else "api_base points elsewhere"
        yield Error(
            f"{where} holds a live key while {reason}.",
            hint="Use a test key here; a live key charges real cards.",
            id="asyncpt.E005",
        )
    if secrets and (
        isinstance(secrets, str)
        or not isinstance(secrets, Sequence)
        or not all(isinstance(secret, str) and secret for secret in secrets)
    ):
        yield _wrong(f"webhook_secrets of {where} is no list of texts.", "Write ['whsec_…'].")
    elif not secrets:
        yield Warning(
            f"{where} has no webhook_secrets.",
            hint="Without one every webhook is refused, and memberships follow Stripe late.",
            id="asyncpt.W001",
        )


def ffmpeg() -> Iterator[CheckMessage]:
    """W002: no ffmpeg, so that uploaded videos cannot be prepared."""
    if find_ffmpeg() is None:
        yield Warning(
            "The ffmpeg program was not found, so uploaded videos cannot be prepared.",
            hint=f"Install ffmpeg, or wagtail-asyncpt[ffmpeg], or set {DICT_NAME}['FFMPEG'].",
            id="asyncpt.W002",
        )


def pdf() -> Iterator[CheckMessage]:
    """W011 (with --deploy): WeasyPrint is installed and does not start, so that no PDF is offered.

    Not without ``--deploy``: loading it takes half a second of every command.
    """
    if reason := why_no_pdf():
        yield Warning(
            f"WeasyPrint cannot start, so handouts are not offered as PDF: {reason}",
            hint="On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.",
            id="asyncpt.W011",
        )


def task_backend() -> Iterator[CheckMessage]:
    """W003 (with --deploy): tasks that run inside requests."""
    # Django and django-tasks both run tasks at once where nothing is set.
    default = getattr(django_settings, "TASKS", {}).get("default", {})
    if default.get("BACKEND", "ImmediateBackend").rpartition(".")[2] == "ImmediateBackend":
        yield Warning(
            "Tasks run at once, inside the request: an upload waits until its video is prepared.",
            hint="Set TASKS to a queue such as django_tasks_db.DatabaseBackend and run a worker.",
            id="asyncpt.W003",
        )


def form_size() -> Iterator[CheckMessage]:
    """W004: Django's default refuses the form of a full week."""
    limit = django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if limit is not None and limit < FIELDS_OF_A_WEEK:
        yield Warning(
            f"DATA_UPLOAD_MAX_NUMBER_FIELDS is {limit}: a week with many exercises is refused.",
            hint=f"Set DATA_UPLOAD_MAX_NUMBER_FIELDS = {FIELDS_OF_A_WEEK}.",
            id="asyncpt.W004",
        )


def document_serving() -> Iterator[CheckMessage]:
    """W005: documents linked where no permission is asked."""
    if getattr(django_settings, "WAGTAILDOCS_SERVE_METHOD", None) == "direct":
        yield Warning(
            "WAGTAILDOCS_SERVE_METHOD is 'direct': gated documents are open to anybody.",
            hint="Use 'serve_view', or 'redirect' with signed addresses of the storage.",
            id="asyncpt.W005",
        )


def related_api_fields() -> Iterator[CheckMessage]:
    """W012: API version 2 follows a foreign key to a page, whatever that page's privacy."""
    for leak in related_leaks():
        yield Warning(f"{leak}.", hint=leak.remedy, id="asyncpt.W012")


def base_template() -> Iterator[CheckMessage]:
    """W006: no site template around our public pages."""
    name = asyncpt_settings.BASE_TEMPLATE
    try:
        get_template(name)
    except TemplateDoesNotExist:
        yield Warning(
            f"There is no template {name!r}, so our public pages look bare.",
            hint=f"Set {DICT_NAME}['BASE_TEMPLATE'] to a template with a block named content.",
            id="asyncpt.W006",
        )


def gated_fields() -> Iterator[CheckMessage]:
    """E010, E011: what a page type keeps for members, shown by an API or a search."""
    for leak in field_leaks():
        yield Error(f"The gated field {leak}.", hint=leak.remedy, id="asyncpt.E010")
    for leak in line_leaks():
        yield Error(f"{leak}.", hint=leak.remedy, id="asyncpt.E011")


def metered_pages() -> Iterator[CheckMessage]:
    """E002: free pages of a type that is no page type, or not so many."""
    known = {model._meta.label for model in get_page_models()}
    for label, limit in _values().get("METERED_PAGES", {}).items():
        where = f"{DICT_NAME}['METERED_PAGES'][{label!r}]"
        if label not in known:
            yield _wrong(f"{where}: there is no such page type.", "Write 'app_label.ModelName'.")
        elif not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            yield _wrong(f"{where} is {limit!r}.", "It must be a whole number, at least 1.")


def preview_faces() -> Iterator[CheckMessage]:
    """W010: editors who cannot preview what members see."""
    for model in without_faces():
        yield Warning(
            f"Editors of {model} preview its members' part closed.",
            hint="Put wagtail_asyncpt.gating.previews.PreviewFacesMixin in front of Page.",
            id="asyncpt.W010",
        )


def private_files_middleware() -> Iterator[CheckMessage]:
    """W007 (with --deploy): nothing tells caches to leave gated documents alone."""
    if FILES_MIDDLEWARE not in django_settings.MIDDLEWARE:
        yield Warning(
            "Gated documents are sent without Cache-Control, so a shared cache may keep them.",
            hint=f"Add {FILES_MIDDLEWARE!r} to MIDDLEWARE.",
            id="asyncpt.W007",
        )
    elif (
        UPDATE_CACHE
        in django_settings.MIDDLEWARE[django_settings.MIDDLEWARE.index(FILES_MIDDLEWARE) :]
    ):
        yield Warning(
            "Django's cache stores an answer before PrivateFilesMiddleware marks it as private.",
            hint=f"In MIDDLEWARE, put {FILES_MIDDLEWARE!r} below UpdateCacheMiddleware.",
            id="asyncpt.W007",
        )


def gate_group_permissions(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W008 (with --database, and on migrate): a tier's group that gives its members power."""
    if not databases:
        return []
    try:
        powerful = groups_with_permissions(gate_group_ids())
    except (OperationalError, ProgrammingError):
        return []  # before the first migrate
    return [
        Warning(
            f"The membership group {pk} holds permissions, so every member has them.",
            hint="Take them away in Settings > Groups; members are not added to it meanwhile.",
            id="asyncpt.W008",
        )
        for pk in sorted(powerful)
    ]
