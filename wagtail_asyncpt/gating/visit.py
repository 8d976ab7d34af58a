"""One visit to one page: judged, served or answered with a teaser, and kept out of caches."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from wagtail.models import PageViewRestriction

from wagtail_asyncpt.gating import bars, looks, metering, operations, parts, queries, teaser
from wagtail_asyncpt.gating.faces import Faces
from wagtail_asyncpt.gating.middleware import is_private, mark_private
from wagtail_asyncpt.gating.operations import Judgement
from wagtail_asyncpt.gating.queries import Restriction
from wagtail_asyncpt.gating.readers import look_as, reader_of


class Visit:
    """Who visits, what is in force on the page, and what the visitor gets."""

    def __init__(self, page: Any, request: HttpRequest) -> None:
        self.page = page
        self.request = request
        self.staff = request.user
        self.look = looks.look_of(request, page)
        self.reader = look_as(request, self.look) if self.look else reader_of(request)
        self.reader.served = page
        self.gates = queries.page_gates(page)
        self.faces = Faces(request, page, self.reader)

    def answer(self, serve: Callable[[], Any]) -> Any:
        """The page, by ``serve``, for those who are entitled now; a teaser for everybody else."""
        judgement = operations.judge_page(reader=self.reader, page=self.page, gates=self.gates)
        if judgement is None or judgement.denial is None:
            response = self._serve(serve, judgement)
        elif free := self._free(judgement):
            response = self._serve(serve, operations.pass_all(self.gates))
            if response.status_code == 200:  # nothing else may have kept it closed
                self._tell_that_it_is_free(response, free, judgement)
        else:
            response = teaser.page_teaser(self.request, self.page, judgement.denial)
        _after_rendering(response, self._keep_private)
        is_gated = judgement is not None or self.faces.group_ids
        if self.look is not None or (is_gated and self.reader.is_staff_of(self.page)):
            _after_rendering(response, self._add_staff_bar)
        return response

    def _serve(self, serve: Callable[[], Any], judgement: Judgement | None) -> Any:
        if judgement is not None:
            _settle(self.page, self.gates.restrictions, judgement)
        has_parts = parts.show_parts(self.page, self.faces)
        if judgement is not None or has_parts or self.look is not None:
            mark_private(self.request)
        return serve()

    def _free(self, judgement: Judgement) -> metering.Allowance | None:
        if self.look is not None or self.gates.wait or judgement.denial is None:
            return None
        return metering.allowance(self.request, self.page, judgement.denial)

    def _tell_that_it_is_free(
        self, response: Any, free: metering.Allowance, judgement: Judgement
    ) -> None:
        notice = metering.notice(free, judgement.denial)
        metering.remember(response, self.request, free)
        _after_rendering(response, lambda rendered: bars.put_on_top(rendered, notice))

    def _keep_private(self, response: Any) -> None:
        # A template may find only while it renders that the answer is for one person.
        if is_private(self.request):
            add_never_cache_headers(response)
            patch_vary_headers(response, ["Cookie"])

    def _add_staff_bar(self, response: Any) -> None:
        groups = self.faces.group_ids.union(*(r.group_ids for r in self.gates.restrictions))
        bars.add_staff_bar(
            response,
            request=self.request,
            page=self.page,
            staff=self.staff,
            group_ids=groups,
            look=self.look,
            waits=bool(self.gates.wait),
        )


def _after_rendering(response: Any, act: Callable[[Any], None]) -> None:
    """``act`` on the answer once it is rendered, or now where it is no template's."""
    if hasattr(response, "add_post_render_callback"):
        response.add_post_render_callback(act)
    else:
        act(response)


def _settle(page: Any, restrictions: list[Restriction], judgement: Judgement) -> None:
    """Let core ask only for what is left: passwords, logins, other groups.

    An instance attribute in front of the public method. Should core stop calling it, core asks
    the healed groups again: more queries, and nobody gets in who should not.
    """
    left: Any
    if type(page).get_view_restrictions is queries.page_model().get_view_restrictions:
        others = {r.pk for r in restrictions} - judgement.settled
        left = PageViewRestriction.objects.filter(pk__in=others) if others else []
    else:
        left = [r for r in page.get_view_restrictions() if r.pk not in judgement.settled]
    page.get_view_restrictions = lambda: left
