"""What the room does when something elsewhere changes."""

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete

from wagtail_asyncpt.memberships.operations.parting import is_stopped, stop_billing


def connect() -> None:
    """Let no account be deleted that is still charged; safe to call again."""
    user_model = get_user_model()._meta.concrete_model
    for model in apps.get_models():  # a proxy sends signals in its own name
        if model._meta.concrete_model is user_model:
            pre_delete.connect(_stop, sender=model, dispatch_uid="asyncpt-memberships-user-deleted")


def _stop(sender: Any, *, instance: Any, **kwargs: Any) -> None:
    """By whatever door it goes. Raises StillBilled; then nothing is deleted."""
    if not is_stopped(instance):
        stop_billing(user=instance)
