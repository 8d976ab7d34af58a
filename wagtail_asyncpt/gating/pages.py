"""Page types whose fields are kept for members."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from wagtail_asyncpt.gating.fields import GateGroupsField
from wagtail_asyncpt.gating.parts import CLOSED, Face
from wagtail_asyncpt.gating.previews import PreviewFacesMixin


class PartlyGatedMixin(PreviewFacesMixin, models.Model):
    """A page type that keeps the fields named in ``gated_fields`` for members.

    They are emptied on the instance for everybody else, before any template sees it. Put the mixin
    in front of ``Page`` and ``gating_panels`` into the panels. ``members_face`` says in a template
    whether they are open; ``{% members_invitation page %}`` shows what opens them.
    """

    gated_fields: ClassVar[list[str]] = []

    gate_groups = GateGroupsField(
        _("members' part is open to"), help_text=_("Members of any of these may read it.")
    )

    #: Set by the gate; closed where the gate was not asked.
    members_face: Face = CLOSED

    gating_panels = [FieldPanel("gate_groups")]

    class Meta:
        abstract = True
