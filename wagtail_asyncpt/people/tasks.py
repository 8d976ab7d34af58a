"""Background work of the room."""

from django_tasks import task

from wagtail_asyncpt.people import operations


@task()
def send_letters() -> int:
    """Send the outbox."""
    return operations.send_waiting_letters()
