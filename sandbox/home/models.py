"""The front page and plain pages."""

from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from .blocks import ContentBlocks


class HomePage(Page):
    """The front page: a promise, a picture, and what the clinic does."""

    hero_heading = models.CharField(max_length=120)
    hero_text = models.TextField(max_length=400)
    hero_image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    hero_alt_text = models.CharField(max_length=200, blank=True)
    primary_page = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    primary_label = models.CharField(max_length=40, blank=True)
    secondary_page = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    secondary_label = models.CharField(max_length=40, blank=True)
    body = StreamField(ContentBlocks(), blank=True)

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("hero_heading"),
                FieldPanel("hero_text"),
                FieldPanel("hero_image"),
                FieldPanel("hero_alt_text"),
                FieldPanel("primary_page"),
                FieldPanel("primary_label"),
                FieldPanel("secondary_page"),
                FieldPanel("secondary_label"),
            ],
            heading="Top of the page",
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "home page"


class StandardPage(Page):
    """A plain page: about us, privacy, insurance."""

    intro = models.TextField(max_length=400, blank=True)
    body = StreamField(ContentBlocks(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = "standard page"
