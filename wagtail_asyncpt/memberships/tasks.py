"""Background work of the room."""

from django_tasks import task

from wagtail_asyncpt.memberships import operations


@task()
def process_stripe_event(pk: int) -> str | None:
    """Process one row of the inbox."""
    return operations.process_event(pk=pk)
