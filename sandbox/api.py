"""The site's read API, version 2: published pages, images and documents."""

from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet

from wagtail_asyncpt.gating.api import HealedAccessMixin


class PagesEndpoint(HealedAccessMixin, PagesAPIViewSet):
    """Pages, each to whom it is open at this moment."""


class DocumentsEndpoint(HealedAccessMixin, DocumentsAPIViewSet):
    """Documents, each to whom it is open at this moment."""


api_v2 = WagtailAPIRouter("wagtailapi")
api_v2.register_endpoint("pages", PagesEndpoint)
api_v2.register_endpoint("images", ImagesAPIViewSet)
api_v2.register_endpoint("documents", DocumentsEndpoint)
