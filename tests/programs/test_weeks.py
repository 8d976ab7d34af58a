"""Duplicating a week as the next, and seeing it before it is published."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import PageViewRestriction, Site

from tests import factories
from tests.conftest import Cast
from tests.programs.test_pages import make_week, weeks_of
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.core.errors import NotAllowed
from wagtail_asyncpt.memberships.models import Tier
from wagtail_asyncpt.pages.models import ProgramPage, ProgramWeekPage
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.programs.operations import duplicate_week, next_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(cast: Cast) -> Any:
    cast.editor.groups.add(Group.objects.get(name="Moderators"))
    return cast.editor


@pytest.mark.parametrize(
    ("title", "following"),
    [
        ("Week 1", "Week 2"),
        ("Week 9: 3 sets", "Week 10: 3 sets"),
        ("First steps", "First steps (next week)"),
    ],
)
def test_the_next_title_counts_on(title: str, following: str) -> None:
    assert next_title(title) == following


def test_a_week_is_duplicated_as_the_next_with_its_newest_text(moderator: Any) -> None:
    program = factories.make_program(weeks=[make_week(1), make_week(2)])
    first, last = weeks_of(program)
    first.focus = "Not published yet"
    first.save_revision()
    copied = duplicate_week(user=moderator, week=first)
    assert [page.pk for page in weeks_of(program)] == [first.pk, copied.pk, last.pk]
    draft = copied.get_latest_revision_as_object()
    assert (draft.title, draft.focus, copied.live) == ("Week 2", "Not published yet", False)
    assert copied.slug == "week-2-2"
    assert [b["id"] for b in as_raw(draft.days)] == [b["id"] for b in as_raw(first.days)]
    again = duplicate_week(user=moderator, week=weeks_of(program)[2])
    assert weeks_of(program)[-1] == again


def test_a_duplicated_week_is_gated_like_its_source(moderator: Any) -> None:
    week = weeks_of(factories.make_program())[0]
    PageViewRestriction.objects.create(page=week, restriction_type=PageViewRestriction.LOGIN)
    copied = duplicate_week(user=moderator, week=week)
    assert copied.view_restrictions.get().restriction_type == PageViewRestriction.LOGIN


def test_only_who_may_add_pages_duplicates(cast: Cast, login: Callable[[Any], Browser]) -> None:
    week = weeks_of(factories.make_program())[0]
    with pytest.raises(NotAllowed):
        duplicate_week(user=cast.therapist.user, week=week)
    address = reverse("asyncpt_programs:duplicate_week", args=[week.pk])
    for method in ("get", "post"):
        assert getattr(login(cast.therapist), method)(address).status_code == 404
        assert getattr(Browser(), method)(address).status_code == 302
    assert ProgramWeekPage.objects.count() == 1


def test_the_list_asks_and_the_editor_does_it_in_one_click(
    moderator: Any, login: Callable[[Any], Browser]
) -> None:
    program = factories.make_program(weeks=[make_week(1)])
    week = weeks_of(program)[0]
    browser = login(moderator)
    address = reverse("asyncpt_programs:duplicate_week", args=[week.pk])
    explorer = browser.get(reverse("wagtailadmin_explore", args=[program.pk])).content.decode()
    assert address in explorer
    assert "Week 1" in browser.get(address).content.decode()
    assert browser.post(address).status_code == 302
    assert ProgramWeekPage.objects.filter(title="Week 2").exists()
    other = reverse("asyncpt_programs:duplicate_week", args=[program.pk])
    assert browser.post(other).status_code == 404

    edit = reverse("wagtailadmin_pages:edit", args=[week.pk])
    assert "Save and duplicate as next week" in browser.get(edit).content.decode()
    answer = browser.post(
        edit,
        {
            "title": "Week 1",
            "slug": week.slug,
            "focus": "Saved first",
            "phase": "",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "days-count": "0",
            "action-asyncpt-next-week": "1",
        },
    )
    copied = ProgramWeekPage.objects.order_by("pk").last()
    assert answer["Location"] == reverse("wagtailadmin_pages:edit", args=[copied.pk])
    assert copied.get_latest_revision_as_object().focus == "Saved first"
    assert (
        "duplicate as next"
        not in browser.get(reverse("wagtailadmin_pages:edit", args=[program.pk])).content.decode()
    )


def test_the_usual_dose_is_given_to_people_of_the_admin_only(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    exercise = factories.make_exercise("Clam")
    exercise.default_dose = {"sets": 2, "load_value": "7.5"}
    exercise.save()
    address = reverse("asyncpt_programs:usual_dose", args=[exercise.pk])
    answer = login(cast.therapist).get(address).json()
    assert (answer["sets"], answer["load_value"], answer["reps"]) == ("2", "7.5", None)
    assert login(cast.owner).get(address).status_code == 302
    unknown = reverse("asyncpt_programs:usual_dose", args=[987654])
    assert login(cast.therapist).get(unknown).status_code == 404


def preview(page: Any, mode: str, user: Any) -> str:
    request = RequestFactory().get("/")
    request.user = user
    response: HttpResponse = page.make_preview_request(request, mode)
    return response.content.decode()


def test_a_week_is_previewed_on_a_phone_and_as_a_visitor(cast: Cast, clinic: Clinic) -> None:
    week = weeks_of(factories.make_program(weeks=[make_week(2)]))[0]
    phone = preview(week, "asyncpt-client", cast.editor)
    assert "phone__screen" in phone
    assert "Move 1" in phone
    assert "3 × 8 @ RPE 7" in phone
    assert "Move 1" in preview(week, "asyncpt-visitor", cast.editor)
    restriction = PageViewRestriction.objects.create(
        page=week, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(Tier.objects.get(clinic=clinic).group)
    assert "Move 1" not in preview(week, "asyncpt-visitor", cast.editor)
    assert "Move 1" in preview(week, "", cast.editor)


def test_the_therapist_sees_the_draft_as_the_client_will(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    week = factories.make_published_week(cast.owner, cast.therapist, make_week(1))
    address = reverse("asyncpt_review:preview_week", args=[week.uuid])
    assert "Move 0" in login(cast.therapist).get(address).content.decode()
    assert login(cast.colleague).get(address).status_code == 404
    assert login(cast.therapist).post(address).status_code == 405


def test_the_program_page_tells_phases_questions_duration_and_what_opens_it(
    site: Site, cast: Cast
) -> None:
    program = factories.make_program(weeks=[make_week(1)])
    program.duration_weeks = 6
    program.opened_by_tier = Tier.objects.get()
    program.phases = [
        {"type": "phase", "value": {"name": "Calm it down", "weeks": "1–2", "text": "Less."}}
    ]
    program.faq = [
        {"type": "question", "value": {"question": "Will it hurt?", "answer": "<p>A bit.</p>"}}
    ]
    program.save()
    page = Browser().get(program.url).content.decode()
    for words in ("6 weeks", "Part of: Rehab", "Calm it down", "Will it hurt?", "<p>A bit.</p>"):
        assert words in page


def test_the_form_offers_the_clinics_own_memberships_only(
    moderator: Any, login: Callable[[Any], Browser], clinic: Clinic
) -> None:
    program = factories.make_program()
    elsewhere = Site.objects.create(hostname="other.example", root_page=site_root(), port=81)
    other = Clinic.for_site(elsewhere)
    other.name = "Other"
    other.save()
    factories.make_tier(other, "Elsewhere")
    edit = reverse("wagtailadmin_pages:edit", args=[program.pk])
    page = login(moderator).get(edit).content.decode()
    assert ">Rehab<" in page
    assert "Elsewhere" not in page


def site_root() -> Any:
    root = Site.objects.get(is_default_site=True).root_page.get_parent()
    return root.add_child(instance=ProgramPage(title="Other home", slug="other-home"))


def test_a_week_on_paper_leads_back_to_its_page(site: Site) -> None:
    week = weeks_of(factories.make_program(weeks=[make_week(1)]))[0]
    page = Browser().get(week.url).content.decode()
    assert 'class="asyncpt-qr"' in page
    assert week.full_url in page


def test_the_editor_and_the_messages_say_what_comes_next(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    """A program without weeks leads to week 1, a published week to the next one and to clients."""
    program = factories.make_program(weeks=[make_week(1)])
    [week] = weeks_of(program)
    cast.therapist.user.groups.add(Group.objects.get(name="Moderators"))
    cast.editor.groups.add(Group.objects.get(name="Moderators"))
    add = reverse("wagtailadmin_pages:add_subpage", args=[program.pk])
    edit = reverse("wagtailadmin_pages:edit", args=[program.pk])
    data = {
        "title": program.title,
        "slug": program.slug,
        "summary": "For knees.",
        "phases-count": "0",
        "faq-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    browser = login(cast.therapist)
    page = browser.get(edit).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[week.pk]) in page and "Add a week" in page
    assert "write its first week" not in browser.post(edit, data, follow=True).content.decode()

    duplicate = reverse("asyncpt_programs:duplicate_week", args=[week.pk])
    clients = reverse("asyncpt_review:program", args=[program.pk])
    said = {
        "title": "Week 1",
        "slug": week.slug,
        "focus": "",
        "phase": "",
        "days-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "action-publish": "1",
    }
    for who, sees_clients in ((cast.therapist, True), (cast.editor, False)):
        address = reverse("wagtailadmin_pages:edit", args=[week.pk])
        told = login(who).post(address, said, follow=True).content.decode()
        message = told[told.index("Next: the week after it") :][:1500]
        assert duplicate in message
        assert (clients in message) == sees_clients

    week.delete()
    assert "Add week 1" in browser.get(edit).content.decode()
    told = browser.post(edit, data, follow=True).content.decode()
    assert add in told[told.index("Next: write its first week.") :]


def test_the_cockpit_offers_to_write_a_program_to_whom_may(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    program = factories.make_program()
    listed = reverse("asyncpt_review:programs")
    own = reverse("asyncpt_review:program", args=[program.pk])
    browser = login(cast.therapist)
    assert "Write a new program" not in browser.get(listed).content.decode()
    assert "Edit the program" not in browser.get(own).content.decode()
    cast.therapist.user.groups.add(Group.objects.get(name="Moderators"))
    page = login(cast.therapist).get(listed).content.decode()
    index = program.get_parent()
    assert reverse("wagtailadmin_pages:add_subpage", args=[index.pk]) in page
    assert "Edit the program" in browser.get(own).content.decode()
