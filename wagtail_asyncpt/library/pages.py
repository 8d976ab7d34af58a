"""The public exercise index: one page type that serves the list and a page for each exercise."""

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from wagtail_asyncpt.core.pdf import drawn_once, pdf_is_available, pdf_response
from wagtail_asyncpt.core.templates import BARE_BASE, site_base
from wagtail_asyncpt.library import public
from wagtail_asyncpt.library.models import Exercise, Visibility
from wagtail_asyncpt.library.pictures import pictures_of
from wagtail_asyncpt.library.queries import may_watch_exemplars
from wagtail_asyncpt.people.queries import clinic_for


class ExerciseIndexPageMixin(RoutablePageMixin, models.Model):
    """The clinic's exercises, in the page's language.

    Anybody sees of an exercise what its ``visibility`` opens; clients, therapists and editors see
    all of it.
    """

    introduction = RichTextField(_("introduction"), blank=True)

    content_panels_of_mixin = [FieldPanel("introduction")]
    exercise_template = "wagtail_asyncpt/library/exercise_page.html"

    class Meta:
        abstract = True

    @path("")
    def exercise_list(self, request: HttpRequest) -> HttpResponse:
        """The list, filtered by the address."""
        everything = self._sees_everything(request)
        listing = public.listing(request.GET, locale_id=self._locale_id, everything=everything)
        if listing is None:
            raise Http404
        context = {
            "listing": listing,
            "site_base": site_base(),
            "canonical_url": self._address(request, listing.canonical_query),
        }
        return self._private(self.render(request, context_overrides=context), everything)

    @path("<slug:slug>/", name="exercise")
    def exercise_page(self, request: HttpRequest, slug: str) -> HttpResponse:
        """One exercise: all of it, or its name and picture."""
        everything = self._sees_everything(request)
        exercise = self._exercise(slug, everything)
        context = self._exercise_context(request, exercise, everything)
        if context["face"].is_full and pdf_is_available():
            context["pdf_url"] = f"{self.get_url(request)}{self.exercise_pdf_path(exercise)}"
        response = self.render(request, context_overrides=context, template=self.exercise_template)
        return self._private(response, everything)

    @path("<slug:slug>/pdf/", name="exercise_pdf")
    def exercise_pdf(self, request: HttpRequest, slug: str) -> HttpResponse:
        """The page of one exercise on paper, for whoever sees all of it; without the extra 404."""
        everything = self._sees_everything(request)
        exercise = self._exercise(slug, everything)
        context = self._exercise_context(request, exercise, everything)
        if not (context["face"].is_full and pdf_is_available()):
            raise Http404
        found = pictures_of([exercise])
        # The site's own header and styles have no place on paper.
        context |= {"site_base": BARE_BASE, "picture": found.get(exercise.pk), "on_paper": True}
        response = self.render(request, context_overrides=context, template=self.exercise_template)
        files = {picture.url: picture.file for picture in found.values()}
        content = drawn_once(response.rendered_content, request=request, files=files)
        return pdf_response(content, name=exercise.name)

    def _exercise(self, slug: str, everything: bool) -> Exercise:
        exercise = public.exercise(slug, locale_id=self._locale_id, everything=everything)
        if exercise is None:
            raise Http404
        return exercise

    def _exercise_context(
        self, request: HttpRequest, exercise: Exercise, everything: bool
    ) -> dict[str, Any]:
        is_full = everything or exercise.visibility == Visibility.EVERYTHING
        address = self._address(request, self.exercise_path(exercise))
        face = public.Face.of(exercise, request, address, is_full=is_full, everything=everything)
        return {
            "exercise": exercise,
            "face": face,
            "site_base": site_base(),
            "canonical_url": address,
        }

    def exercise_pdf_path(self, exercise: Exercise) -> str:
        """The address of an exercise's PDF, below this page's."""
        found: str = self.reverse_subpage("exercise_pdf", kwargs={"slug": exercise.slug})
        return found

    def exercise_path(self, exercise: Exercise) -> str:
        """The address of an exercise, below this page's."""
        found: str = self.reverse_subpage("exercise", kwargs={"slug": exercise.slug})
        return found

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """This page, and the exercises of which anybody sees something."""
        urls: list[dict[str, Any]] = super().get_sitemap_urls(request)
        base = self._address(request)
        rows = Exercise.objects.filter(locale_id=self._locale_id).shown_to(False).order_by("pk")
        return urls + [
            {"location": base + self.exercise_path(row), "lastmod": row.last_published_at}
            for row in rows.only("slug", "last_published_at")
        ]

    @property
    def _locale_id(self) -> int:
        return self.locale_id

    def _address(self, request: HttpRequest | None, rest: str = "") -> str:
        return f"{self.get_full_url(request) or ''}{rest}"

    def _sees_everything(self, request: HttpRequest) -> bool:
        user = getattr(request, "user", None)
        return user is not None and may_watch_exemplars(user, clinic_for(request))

    @staticmethod
    def _private(response: HttpResponse, everything: bool) -> HttpResponse:
        if everything:
            add_never_cache_headers(response)
        patch_vary_headers(response, ["Cookie"])
        return response
