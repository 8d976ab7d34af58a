"""The outbox: each letter once, and one that fails holds up no other."""

from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from wagtail_asyncpt.people.models import Clinic, Letter
from wagtail_asyncpt.people.operations import send_waiting_letters


def letter(clinic: Clinic, to: str) -> Letter:
    return Letter.objects.create(
        clinic=clinic, key=to, to=to, subject="Hi", text="Hello", html="<p>Hello</p>"
    )


def test_a_refused_address_holds_up_no_other(clinic: Clinic, monkeypatch: Any) -> None:
    bad, good = letter(clinic, "bad@example.com"), letter(clinic, "good@example.com")
    send = EmailMultiAlternatives.send

    def refuse(message: EmailMultiAlternatives, *args: Any, **kwargs: Any) -> Any:
        if "bad@example.com" in message.to:
            raise OSError("refused")
        return send(message, *args, **kwargs)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    with pytest.raises(OSError, match="refused"):
        send_waiting_letters()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.sent_at is None
    assert good.sent_at is not None
    monkeypatch.undo()
    assert send_waiting_letters() == 1
    assert send_waiting_letters() == 0
    assert [message.to for message in mail.outbox] == [["good@example.com"], ["bad@example.com"]]
