"""Background work of the room."""

from django_tasks import task

from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.people.models import Clinic


@task()
def process_stripe_event(pk: int) -> str | None:
    """Process one row of the inbox."""
    return operations.process_event(pk=pk)


@task()
def sync_stripe_tiers(clinic_pk: int) -> int:
    """Give a clinic's tiers and prices their twins at Stripe; how many things were done."""
    return len(operations.sync_tiers(clinic=Clinic.objects.get(pk=clinic_pk)))


@task()
def reconcile_stripe(account: str) -> int:
    """Compare an account with our rows; returns how much was found."""
    from wagtail_asyncpt.memberships.operations.reconcile import reconcile

    return sum(reconcile(account=account).counts.values())
