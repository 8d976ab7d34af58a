"""What programs know of an exercise: where they use it."""

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import ReferenceIndex

from wagtail_asyncpt.gating.queries import page_model
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import Use


def uses_in_programs(exercise: Exercise) -> list[Use]:
    """The pages that hold ``exercise``, each under its parent's title, in tree order: 2 queries."""
    pages = page_model()
    references = ReferenceIndex.get_references_to(exercise).filter(
        base_content_type=ContentType.objects.get_for_model(pages, for_concrete_model=False)
    )
    keys = [int(key) for key in references.values_list("object_id", flat=True).distinct()]
    found = list(pages._default_manager.filter(pk__in=keys).order_by("path"))
    parents = pages._default_manager.in_bulk(
        {page.path[: -page.steplen] for page in found}, field_name="path"
    )
    uses = []
    for page in found:
        parent = parents.get(page.path[: -page.steplen])
        words = f"{parent.title}: {page.title}" if parent and page.depth > 2 else page.title
        if not page.live:
            words = _("%(page)s (draft)") % {"page": words}
        uses.append(Use(words, reverse("wagtailadmin_pages:edit", args=[page.pk])))
    return uses
