"""Follow what a client pays with."""

from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership
from wagtail_asyncpt.memberships.operations.sync.subscriptions import sync_subscription
from wagtail_asyncpt.memberships.stripe import gateway


def sync_customer(*, account: str, customer: str) -> Membership | None:
    """Follow the running subscription of a customer, with its card; None where there is none.

    Raises what ``sync_subscription`` raises.
    """
    membership = (
        Membership.objects.filter(
            account=account,
            status__in=OPEN_STATUSES,
            client__stripe_customers__account=account,
            client__stripe_customers__stripe_id=customer,
        )
        .exclude(stripe_subscription_id="")
        .first()
    )
    if membership is None:
        return None
    return sync_subscription(account=account, subscription_id=membership.stripe_subscription_id)


def sync_card(*, account: str, method: str) -> Membership | None:
    """The same for the owner of a payment method."""
    customer = gateway.customer_of_card(account, method)
    return sync_customer(account=account, customer=customer) if customer else None
