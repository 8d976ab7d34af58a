"""Writes of the room: profiles, the audit trail, the outbox."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.languages import language_of, offered_languages
from wagtail_asyncpt.people.models import AuditEntry, Client, Clinic, Letter


@transaction.atomic
def ensure_client(*, user: Any, clinic: Clinic) -> Client:
    """The client profile of ``user`` at ``clinic``, made on the first visit."""
    client, _created = Client.objects.get_or_create(
        user=user,
        clinic=clinic,
        defaults={
            "name": user.get_full_name() or user.get_username(),
            "time_zone": clinic.time_zone,
            "weight_unit": clinic.weight_unit,
        },
    )
    return client


@transaction.atomic
def choose_language(*, actor: Any, client: Client, language: str) -> Client:
    """Speak to ``client`` in ``language``, or (empty) as the browser asks and the site does.

    ``actor`` is the user who chooses: the client, or a therapist.
    """
    if language and language not in dict(offered_languages()):
        raise DomainError(_("Choose one of the languages of this site."), field="language")
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    client.language = language
    client.save(update_fields=["language"])
    # What clients do themselves needs no second name, which would keep their account for ever.
    by = None if actor is not None and actor.pk == client.user_id else actor
    record_audit(actor=by, client=client, action="client.language", subject=client)
    return client


def record_audit(
    *, actor: Any, client: Client, action: str, subject: models.Model | None = None
) -> AuditEntry:
    """Note that ``actor`` (a user) did ``action`` (for example ``review.read``) for ``client``."""
    return AuditEntry.objects.create(
        clinic_id=client.clinic_id,
        actor=actor,
        client=client,
        action=action,
        object_type=subject._meta.model_name or "" if subject is not None else "",
        object_id=str(subject.pk) if subject is not None else "",
    )


def write_letter(
    *,
    clinic: Clinic,
    key: str,
    template: str,
    context: Mapping[str, Any],
    user: Any = None,
    to: str = "",
) -> Letter | None:
    """Put a mail in the outbox, once for each ``key``, and send it after the transaction.

    It goes to ``user``, or to the address ``to`` of somebody who has no account. Nothing is
    written to somebody whose account is deleted. A client is written to in the client's language,
    or the site's: never in that of whoever caused the mail.

    ``template`` names ``<template>.subject.txt``, ``<template>.txt`` and ``<template>.html``.
    """
    from wagtail_asyncpt.people.tasks import send_letters

    if user is None and not to:
        return None
    values = {"clinic": clinic, "user": user, "root_url": clinic.site.root_url, **context}
    with language_of_letter(clinic, user):
        letter, created = Letter.objects.get_or_create(
            key=key,
            defaults={
                "clinic": clinic,
                "to": to or user.email,
                "subject": " ".join(render_to_string(f"{template}.subject.txt", values).split()),
                "text": render_to_string(f"{template}.txt", values),
                "html": render_to_string(f"{template}.html", values),
            },
        )
    if created:
        transaction.on_commit(lambda: send_letters.enqueue())
    return letter


def language_of_letter(clinic: Clinic, user: Any) -> AbstractContextManager[None]:
    """The language of ``user`` at ``clinic``; nothing changes on a site with one language."""
    if user is None or not offered_languages():
        return nullcontext()
    client = Client.objects.filter(clinic=clinic, user=user).first()
    if client is None:
        return nullcontext()
    return override(language_of(client) or settings.LANGUAGE_CODE)


def in_the_clients_language(letter: Callable[..., None]) -> Callable[..., None]:
    """Find a letter's dates, amounts and words in the language in which it is written.

    ``letter`` takes, first, a row with a ``client`` (or a ``buyer``) whom it goes to.
    """

    @wraps(letter)
    def written(row: Any, *args: Any, **kwargs: Any) -> None:
        client = row.client if hasattr(row, "client") else row.buyer
        with language_of_letter(client.clinic, client.user):
            letter(row, *args, **kwargs)

    return written


def send_waiting_letters() -> int:
    """Send the outbox; each letter is locked while it is sent. Returns how many went out.

    A letter that cannot be sent stays in the outbox for the next run and holds up no other; the
    last failure is raised at the end.
    """
    sent, failure = 0, None
    waiting = Letter.objects.filter(sent_at=None).order_by("created_at")
    for pk in waiting.values_list("pk", flat=True):
        try:
            sent += _send(pk)
        except OSError as error:  # what smtplib raises is of this kind too
            failure = error
    if failure is not None:
        raise failure
    return sent


@transaction.atomic
def _send(pk: int) -> int:
    letter = Letter.objects.select_for_update().filter(pk=pk, sent_at=None).first()
    if letter is None:
        return 0
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to])
    mail.attach_alternative(letter.html, "text/html")
    mail.send()
    letter.sent_at = clock.now()
    letter.save(update_fields=["sent_at"])
    return 1
