"""The clinic's blog: articles, and guides whose plan is for members."""

from django.db import models
from django.db.models import QuerySet
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from sandbox.home.blocks import ContentBlocks
from wagtail_asyncpt.gating.blocks import MembersOnlyBlock, PaywallLineBlock, PaywallMixin
from wagtail_asyncpt.gating.pages import PartlyGatedMixin
from wagtail_asyncpt.gating.previews import PreviewFacesMixin


class ArticleBlocks(PaywallMixin, ContentBlocks):
    """What an article is made of: the site's blocks, and what is kept for members."""

    members_only = MembersOnlyBlock(ContentBlocks())
    paywall_line = PaywallLineBlock()


class BlogIndexPage(Page):
    """All articles, newest first."""

    intro = models.TextField(max_length=400)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    subpage_types = ["blog.BlogPage", "blog.GuidePage"]

    class Meta:
        verbose_name = "blog index page"

    @property
    def posts(self) -> "QuerySet[BlogPage]":
        """The published, public articles, newest first."""
        return (
            BlogPage.objects.child_of(self)
            .live()
            .public()
            .select_related("image")
            .prefetch_related("image__renditions")
            .order_by("-date", "-pk")
        )

    @property
    def guides(self) -> "QuerySet[GuidePage]":
        """The published, public guides."""
        return GuidePage.objects.child_of(self).live().public().order_by("title")


class BlogPage(PreviewFacesMixin, Page):
    """One article."""

    date = models.DateField()
    author_name = models.CharField(max_length=120)
    summary = models.TextField(max_length=300)
    image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    image_alt_text = models.CharField(max_length=200, blank=True)
    body = StreamField(ArticleBlocks())

    content_panels = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("author_name"),
        FieldPanel("summary"),
        FieldPanel("image"),
        FieldPanel("image_alt_text"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("date"),
    ]
    api_fields = [APIField("date"), APIField("author_name"), APIField("summary")]
    parent_page_types = ["blog.BlogIndexPage"]

    class Meta:
        verbose_name = "blog page"


class GuidePage(PartlyGatedMixin, Page):
    """A guide: what it is about is for everybody, the plan is for members."""

    summary = models.TextField(max_length=300)
    about = StreamField(ContentBlocks())
    plan = StreamField(ContentBlocks())

    gated_fields = ["plan"]

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("about"),
        FieldPanel("plan"),
        *PartlyGatedMixin.gating_panels,
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("about"),
    ]
    api_fields = [APIField("summary"), APIField("about")]
    parent_page_types = ["blog.BlogIndexPage"]

    class Meta:
        verbose_name = "guide"
