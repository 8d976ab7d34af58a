"""Whose ledger somebody may read: managers that of their clinics, superusers all."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from wagtail_modeladmin.helpers import PermissionHelper

from wagtail_asyncpt.memberships.models import Seat, StripeEvent, WaitListEntry
from wagtail_asyncpt.people.queries import managed_clinics

#: Rows that know their clinic through another row.
_OWNER: dict[type[Model], str] = {Seat: "sponsor", WaitListEntry: "tier"}


@dataclass(frozen=True)
class Scope:
    """The clinics whose ledger somebody may read, and their Stripe accounts."""

    clinics: frozenset[int]
    accounts: frozenset[str]

    def holds(self, row: Any) -> bool:
        """Whether ``row`` is in the ledger of one of the clinics."""
        if isinstance(row, StripeEvent):
            return row.account in self.accounts
        owner = _OWNER.get(type(row))
        return (getattr(row, owner) if owner else row).clinic_id in self.clinics

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        """All such rows."""
        if model is StripeEvent:
            return StripeEvent.objects.filter(account__in=self.accounts)
        owner = _OWNER.get(model)
        field = f"{owner}__clinic" if owner else "clinic"
        return model._default_manager.filter(**{f"{field}__in": self.clinics})


def scope_of(user: Any) -> Scope:
    """The scope of ``user``, read once in a request: every row of a list asks for it."""
    known: Scope | None = getattr(user, "_asyncpt_ledger_scope", None)
    if known is None:
        known = _read_scope(user)
        user._asyncpt_ledger_scope = known
    return known


def _read_scope(user: Any) -> Scope:
    clinics = managed_clinics(user)
    return Scope(
        frozenset(clinic.pk for clinic in clinics),
        frozenset(clinic.stripe_account for clinic in clinics),
    )


class LedgerPermissions(PermissionHelper):
    """List and inspect rows of one's own clinics; nobody writes."""

    def user_can_list(self, user: Any) -> bool:
        """Managers and superusers."""
        return bool(scope_of(user).clinics)

    def user_can_inspect_obj(self, user: Any, obj: Model) -> bool:
        """The row must be one that the user's list shows."""
        return scope_of(user).holds(obj)

    def user_can_create(self, user: Any) -> bool:
        """Never: Stripe owns the rows."""
        return False

    def user_can_edit_obj(self, user: Any, obj: Model) -> bool:
        """Never: Stripe owns the rows."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Model) -> bool:
        """Never: Stripe owns the rows."""
        return False
