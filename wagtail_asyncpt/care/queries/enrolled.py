"""Which enrolment opens a page of a program."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from wagtail_asyncpt.care.models import Enrolment, EnrolmentStatus
from wagtail_asyncpt.gating.queries import page_model
from wagtail_asyncpt.memberships.access import NEVER_BOUGHT, gives_access
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.programs.languages import has_translations


def enrolment_that_opens(user: Any, page: Any, at: datetime) -> Enrolment | None:
    """The running enrolment of ``user`` in the program that ``page`` is or belongs to.

    Somebody who was enrolled without ever buying a membership (visits, a package) reads along.
    Who has or had a membership reads while one gives access: an enrolment does not outlast it.
    """
    paths = [page.path[:end] for end in range(page.steplen, len(page.path) + 1, page.steplen)]
    above = Q(program__path__in=paths)
    if has_translations():  # whoever is enrolled in the original reads every language of it
        ancestors = page_model()._default_manager.filter(path__in=paths)
        above |= Q(program__translation_key__in=ancestors.values("translation_key"))
    memberships = Membership.objects.filter(client=OuterRef("client")).order_by()
    bought = memberships.exclude(status__in=NEVER_BOUGHT)
    live = memberships.filter(gives_access(at))
    return (
        Enrolment.objects.filter(
            Q(Exists(live)) | ~Q(Exists(bought)),
            above,
            client__user=user,
            status=EnrolmentStatus.ACTIVE,
        )
        .select_related("client")
        .first()
    )
