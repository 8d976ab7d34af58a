"""Services of the clinic."""

from django.db import models
from django.db.models import QuerySet
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from sandbox.home.blocks import ContentBlocks


class ServiceIndexPage(Page):
    """All services."""

    intro = models.TextField(max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    subpage_types = ["services.ServicePage"]

    class Meta:
        verbose_name = "service index page"

    @property
    def services(self) -> "QuerySet[ServicePage]":
        """The published, public services, in the order that the editor gave them."""
        return (
            ServicePage.objects.child_of(self)
            .live()
            .public()
            .select_related("image")
            .prefetch_related("image__renditions")
            .order_by("path")
        )


class ServicePage(Page):
    """One service: whom it helps, what a visit is like."""

    summary = models.TextField(max_length=300)
    visit_length = models.CharField(max_length=60, blank=True, help_text="Such as: 60 minutes")
    image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    image_alt_text = models.CharField(max_length=200, blank=True)
    body = StreamField(ContentBlocks(), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("visit_length"),
        FieldPanel("image"),
        FieldPanel("image_alt_text"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]
    api_fields = [APIField("summary"), APIField("visit_length")]
    parent_page_types = ["services.ServiceIndexPage"]

    class Meta:
        verbose_name = "service page"
