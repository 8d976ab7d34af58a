"""A client's customer at Stripe: exactly one each account."""

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import NotAllowed
from wagtail_asyncpt.memberships.models import StripeCustomer
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client


@transaction.atomic
def ensure_customer(*, client: Client) -> StripeCustomer:
    """The client's customer at the clinic's account, made at Stripe on first use.

    The client's row is locked meanwhile and the idempotency key is the client's, so that two tabs
    or a crash after Stripe's answer do not make a second customer. Never matched by email.
    Raises StripeFailure, and NotAllowed when the account was deleted a moment ago.
    """
    locked = (
        Client.objects.select_for_update(of=("self",))
        .select_related("clinic", "user")
        .get(pk=client.pk)
    )
    account = locked.clinic.stripe_account
    known = StripeCustomer.objects.filter(client=locked, account=account).first()
    if known is not None:
        return known
    if locked.user is None:
        raise NotAllowed(_("This account is deleted."))
    customer = gateway.create_customer(
        account, email=locked.user.email, uuid=str(locked.uuid), key=f"cus-{locked.uuid}"
    )
    return StripeCustomer.objects.create(
        client=locked,
        account=account,
        stripe_id=customer["id"],
        livemode=customer["livemode"],
    )
