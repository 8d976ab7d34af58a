"""What programs know of an exercise: where they use it, and its usual dose in a file."""

from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.blocks import StructBlockValidationError
from wagtail.models import ReferenceIndex

from wagtail_asyncpt.gating.queries import page_model
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import Use
from wagtail_asyncpt.programs.blocks import DoseBlock
from wagtail_asyncpt.programs.dose import Dose


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


def dose_from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A stored dose from the cells of a file; empty where no cell says an amount.

    Raises ``ValidationError`` with what is wrong, as the editor's form would.
    """
    block = DoseBlock(may_be_empty=True)
    filled = {name: text for name, text in cells.items() if text}
    try:
        dose = Dose.from_dict(block.clean(block.to_python(filled)))
    except StructBlockValidationError as error:
        raise ValidationError(
            [
                f"{block.child_blocks[name].label}: {message}"
                for name, reason in error.block_errors.items()
                for message in reason.messages
            ]
        ) from error
    if not dose.in_words():
        return {}
    stored = dose.to_dict()
    # What the form fills in by itself, and no cell says.
    implied = {"side", *(["effort_kind"] if "effort" not in stored else [])}
    return {name: value for name, value in stored.items() if name not in implied or cells.get(name)}


def stored_dose(values: Mapping[str, Any]) -> dict[str, Any]:
    """A dose written in a data file, as the editor stores it."""
    return Dose.from_dict(values).to_dict()
