"""Registers the class as a snippet."""

from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from tests.rules.models import GroupClass


class GroupClassViewSet(SnippetViewSet):
    """Its pages in the admin."""

    model = GroupClass
    menu_name = "tests-group-classes"
    admin_url_namespace = "tests_group_classes"
    base_url_path = "tests/group-classes"
    panels = [
        FieldPanel("name"),
        FieldPanel("rule"),
        InlinePanel("times", panels=[FieldPanel("label"), FieldPanel("rule")], label="time"),
    ]


register_snippet(GroupClassViewSet)
