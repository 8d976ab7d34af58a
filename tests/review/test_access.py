"""Who may open the cockpit: the client's therapists and the managers, nobody else."""

import uuid

import pytest
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from wagtail_asyncpt.care.models import Cohort, VideoComment
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import Visit
from wagtail_asyncpt.people.models import AuditEntry, Clinic, Coverage
from wagtail_asyncpt.review import urls

METHODS = ["get", "post", "put", "delete", "options", "head", "patch"]
LISTS = {"queue", "clients", "programs"}
#: About a program of the clinic: open to every therapist of it, with the own clients only.
OF_THE_CLINIC = {"program", "enrol_several"}


def make_cohort(enrolment) -> Cohort:
    """A group that the enrolment's therapist leads."""
    return Cohort.objects.create(
        clinic=enrolment.clinic,
        name=f"Group {enrolment.pk}",
        therapist=enrolment.therapist,
        program_id=enrolment.program_id,
        program_title=enrolment.program_title,
        starts_on=enrolment.starts_on,
    )


def make_visit(client) -> Visit:
    """A visit that the client has booked."""
    return Visit.objects.create(clinic=client.clinic, client=client, starts_at=clock.now())


def addresses(story, week) -> dict[str, str]:
    """Every address of the room, filled with rows of the story; fails for an unknown parameter."""
    comment = VideoComment.objects.create(
        clinic=story.client.clinic,
        clip=story.clip,
        author=story.review.therapist,
        key=uuid.uuid4(),
        at_seconds=1,
        text="A secret remark",
    )
    rows = {
        "review_uuid": story.review.uuid,
        "check_uuid": story.check.uuid,
        "clip_uuid": story.clip.uuid,
        "key": comment.key,
        "week_uuid": week.uuid,
        "client_uuid": story.client.uuid,
        "page_id": week.enrolment.program_id,
        "cohort_uuid": make_cohort(week.enrolment).uuid,
        "visit_uuid": make_visit(story.client).uuid,
        "note": "attended",
        "enrolment_uuid": week.enrolment.uuid,
    }
    return {
        pattern.name: reverse(
            f"asyncpt_review:{pattern.name}",
            kwargs={name: rows[name] for name in pattern.pattern.converters},
        )
        for pattern in urls.urlpatterns
    }


@pytest.fixture
def foreigner(cast, site):
    """A therapist of another clinic on another site, who is also on nobody's list here."""
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Other", slug="other"))
    other = Site.objects.create(hostname="other.example", root_page=root)
    return factories.make_therapist(Clinic.for_site(other), "Fay Foreign")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["colleague", "editor", "foreigner"])
def test_nobody_else_finds_anything_at_any_address(
    cast, story, next_week, foreigner, login, who, method
):
    browser = login(foreigner if who == "foreigner" else getattr(cast, who))
    for name, address in addresses(story, next_week).items():
        if name in LISTS | OF_THE_CLINIC and who == "colleague":
            continue  # an own list, without this client
        answer = getattr(browser, method)(address)
        assert answer.status_code == 404, (name, method)
        body = answer.content.decode()
        for secret in ("Olive", "Squat", "A secret remark", "Stronger Knees"):
            assert secret not in body, (name, method)
        assert "ETag" not in answer


def test_a_therapist_of_another_clinic_finds_nothing_through_the_own_site(
    cast, story, next_week, foreigner, login
):
    browser = login(foreigner)
    for name, address in addresses(story, next_week).items():
        answer = browser.get(address, headers={"host": "other.example"})
        if name in LISTS:
            assert answer.status_code == 200
            assert "Olive" not in answer.content.decode()
        else:
            assert answer.status_code == 404, name


def test_writes_of_a_stranger_change_nothing(cast, story, next_week, login):
    found = addresses(story, next_week)
    browser = login(cast.colleague)

    browser.post(found["delete_comment"])
    browser.post(found["verdict"], {"verdict": "keep", "note": ""})
    browser.post(found["answer"], {"summary": "Hello"})

    story.check.refresh_from_db()
    story.review.refresh_from_db()
    assert VideoComment.objects.count() == 1
    assert story.check.verdict == ""
    assert story.review.answered_at is None
    assert not AuditEntry.objects.filter(actor=cast.colleague.user).exists()


@pytest.mark.parametrize("who", ["therapist", "manager", "cover"])
def test_the_therapist_a_cover_and_a_manager_open_every_page(cast, story, next_week, login, who):
    Coverage.objects.create(client=cast.owner, therapist=cast.colleague)
    actor = {"cover": cast.colleague}.get(who) or getattr(cast, who)
    browser = login(actor)
    found = addresses(story, next_week)
    for name in ("queue", "clients", "review", "week_editor", "publish", "client", "enrol"):
        assert browser.get(found[name]).status_code == 200, name
    for name in ("answer", "verdict", "add_comment", "delete_comment", "draft_next"):
        assert browser.get(found[name]).status_code == 405, name


def test_an_unknown_uuid_is_not_found(cast, login):
    browser = login(cast.therapist)
    for pattern in urls.urlpatterns:
        kwargs = {
            name: 987654 if name == "page_id" else uuid.uuid4()
            for name in pattern.pattern.converters
        }
        if kwargs:
            address = reverse(f"asyncpt_review:{pattern.name}", kwargs=kwargs)
            assert browser.get(address).status_code == 404, pattern.name


def test_a_client_and_a_visitor_are_sent_to_sign_in(cast, story, client, login):
    for browser in (client, login(cast.owner)):
        answer = browser.get(reverse("asyncpt_review:review", args=[story.review.uuid]))
        assert answer.status_code == 302
        assert "login" in answer["Location"]


def test_a_therapist_who_left_finds_nothing(cast, story, login):
    browser = login(cast.therapist)
    cast.therapist.is_active = False
    cast.therapist.save()
    assert browser.get(reverse("asyncpt_review:queue")).status_code == 404


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("review", "review.read"),
        ("client", "client.read"),
        ("week_editor", "week.read"),
        ("publish", "week.read"),
    ],
)
def test_opening_a_clients_page_is_written_down(cast, story, next_week, login, name, action):
    address = addresses(story, next_week)[name]
    login(cast.therapist).get(address)

    entry = AuditEntry.objects.get(action=action)
    assert (entry.actor, entry.client) == (cast.therapist.user, cast.owner)
