"""Partly gated pages: blocks, a line, fields and sections that only members see."""

import json
import pickle
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.template import Context, Template
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from sandbox.blog.models import BlogPage, GuidePage
from tests import factories
from tests.gating.conftest import BODY, add_post, restrict
from tests.gating.test_page import paying, queries_of
from wagtail_asyncpt.gating.blocks import MembersOnlyBlock, PaywallLineBlock
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.gating.parts import PreparedForReading

ABOVE, INSIDE, BELOW = "canary-above-1a", "canary-inside-2b", "canary-below-3c"
PLAN = "canary-plan-4d"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def part(kind: str, *groups: Any, **value: Any) -> dict[str, Any]:
    return {"type": kind, "value": {"tiers": [str(g.pk) for g in groups], **value}}


@pytest.fixture
def post(blog: Any, tiers: Any) -> BlogPage:
    """Above, a part for basic, then a line for premium, and below."""
    post = add_post(blog)
    post.body = [
        text(ABOVE),
        part("members_only", tiers.basic.group, content=[text(INSIDE)]),
        part("paywall_line", tiers.premium.group),
        text(BELOW),
    ]
    post.save_revision().publish()
    return BlogPage.objects.get(pk=post.pk)


@pytest.fixture
def guide(blog: Any, tiers: Any) -> GuidePage:
    guide = blog.add_child(
        instance=GuidePage(
            title="A guide",
            summary="In short.",
            about=[("text", f"<p>{ABOVE}</p>")],
            plan=[("text", f"<p>{PLAN}</p>")],
            gate_groups=[tiers.basic.group_id],
        )
    )
    guide.save_revision().publish()
    return guide


def seen(response: Any) -> set[str]:
    words = response.content.decode()
    return {canary for canary in (ABOVE, INSIDE, BELOW, PLAN) if canary in words}


def test_each_reader_sees_the_parts_that_their_membership_opens(
    post: Any, clinic: Any, tiers: Any, member: Any, lapsed: Any, cast: Any, login: Any
) -> None:
    newcomer = factories.make_client(clinic)
    for browser in (Browser(), login(newcomer), login(lapsed), login(cast.therapist)):
        assert seen(browser.get(post.url)) == {ABOVE}
    assert seen(login(member).get(post.url)) == {ABOVE, INSIDE}
    everything = {ABOVE, INSIDE, BELOW}
    superuser = factories.make_user(is_superuser=True)
    for person in (paying(clinic, tiers.premium), cast.editor, superuser):
        assert seen(login(person).get(post.url)) == everything


def test_what_is_closed_invites_once_and_says_so_to_search_engines(
    post: Any, tiers: Any, lapsed: Any, login: Any
) -> None:
    words = Browser().get(post.url).content.decode()
    assert words.count('class="asyncpt-teaser__way"') == 1
    assert f"/join/{tiers.basic.prices.get().uuid}/" in words
    data = json.loads(words.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert data["hasPart"]["isAccessibleForFree"] is False
    assert "ended on" in login(lapsed).get(post.url).content.decode()


def test_no_answer_with_a_part_is_kept_by_a_cache(post: Any, member: Any, login: Any) -> None:
    for browser in (Browser(), login(member)):
        response = browser.get(post.url)
        assert "no-store" in response["Cache-Control"]
        assert "Cookie" in response["Vary"]


def test_a_template_that_loops_over_the_blocks_has_nothing_to_show(post: Any, rf: Any) -> None:
    from wagtail_asyncpt.gating.faces import Faces
    from wagtail_asyncpt.gating.parts import show_parts
    from wagtail_asyncpt.gating.readers import reader_of

    request = rf.get("/")
    show_parts(post, Faces(request, post, reader_of(request)))
    loop = Template("{% for block in page.body %}{{ block.value }}{% endfor %}")
    assert INSIDE not in (out := loop.render(Context({"page": post})))
    assert BELOW not in out
    assert INSIDE not in str(post.body.raw_data) and BELOW not in str(post.body.raw_data)


def test_an_instance_that_never_came_to_the_gate_shows_nothing_closed(post: Any) -> None:
    out = Template("{% load wagtailcore_tags %}{% include_block p.body %}{{ p.body }}").render(
        Context({"p": post})
    )
    assert ABOVE in out
    assert INSIDE not in out and BELOW not in out


def test_search_and_apis_know_only_what_is_above(
    post: Any, guide: Any, member: Any, login: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(BlogPage, "api_fields", [*BlogPage.api_fields, "body"])
    assert post.title in Browser().get(f"/search/?q={ABOVE}").content.decode()
    for browser in (Browser(), login(member)):
        for word in (INSIDE, BELOW, PLAN):
            found = browser.get(f"/search/?q={word}").content.decode()
            assert post.title not in found and guide.title not in found
        for page in (post, guide):
            answer = browser.get(f"/api/v2/pages/{page.pk}/?fields=*")
            assert answer.status_code == 200
            assert seen(answer) == {ABOVE}
    if django_settings.HAS_API_V3:
        assert seen(Browser().get(f"/api/v3/pages/{guide.pk}/")) <= {ABOVE}


def test_gated_fields_are_empty_for_everybody_else(
    guide: Any, member: Any, lapsed: Any, cast: Any, login: Any
) -> None:
    for browser in (Browser(), login(lapsed)):
        response = browser.get(guide.url)
        assert seen(response) == {ABOVE}
        assert "asyncpt-teaser__way" in response.content.decode()
        assert len(response.context["page"].plan) == 0
    for person in (member, cast.editor):
        response = login(person).get(guide.url)
        assert seen(response) == {ABOVE, PLAN}
        assert "asyncpt-teaser__way" not in response.content.decode()


def test_a_guide_without_a_choice_is_open_to_nobody_but_staff(
    guide: Any, member: Any, cast: Any, login: Any
) -> None:
    GuidePage.objects.update(gate_groups=[])
    assert seen(login(member).get(guide.url)) == {ABOVE}
    assert seen(login(cast.editor).get(guide.url)) == {ABOVE, PLAN}


def test_a_page_that_was_prepared_for_a_reader_cannot_be_saved(guide: Any, post: Any) -> None:
    from wagtail_asyncpt.gating.parts import CLOSED, show_parts

    for page, title in ((guide, "Kept"), (post, "Kept too")):
        fresh = type(page).objects.get(pk=page.pk)
        show_parts(fresh, lambda groups: CLOSED)
        with pytest.raises(PreparedForReading):
            fresh.save()
        fresh.title = title
        fresh.save(update_fields=["title"])
    assert PLAN in str(GuidePage.objects.get(pk=guide.pk).plan.raw_data)
    assert BELOW in str(BlogPage.objects.get(pk=post.pk).body.raw_data)


def test_nor_can_a_revision_or_a_copy_of_it(guide: Any, post: Any, home: Any) -> None:
    from wagtail_asyncpt.gating.parts import CLOSED, show_parts

    for page in (guide, post):
        known = page.revisions.count()
        for store in (
            lambda one: one.save_revision(),
            lambda one: one.save_revision(clean=False),
            lambda one: one.save_revision(overwrite_revision=one.latest_revision),
            lambda one: one.copy(update_attrs={"slug": "copy"}),
            lambda one: one.serializable_data(),
        ):
            fresh = type(page).objects.get(pk=page.pk)
            show_parts(fresh, lambda groups: CLOSED)
            with pytest.raises(PreparedForReading, match="Fetch it again"):
                store(fresh)
        assert page.revisions.count() == known
        assert not Page.objects.filter(slug="copy").exists()
        # An instance that nobody prepared is stored as ever.
        again = type(page).objects.get(pk=page.pk)
        assert again.save_revision().pk
        assert again.copy(update_attrs={"slug": "copy"}).delete()
        # A site's cache may keep the one that is for reading.
        assert pickle.loads(pickle.dumps(fresh)).pk == page.pk  # noqa: S301


def preview(browser: Browser, page: Page, mode: str) -> Any:
    browser.get(f"/admin/pages/{page.pk}/edit/")
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_superuser=True)
    return page.make_preview_request(request, mode)


def test_editors_preview_both_faces(post: Any, guide: Any) -> None:
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_superuser=True)
    for page, full in ((post, {ABOVE, INSIDE, BELOW}), (guide, {ABOVE, PLAN})):
        modes = [name for name, _label in page.preview_modes]
        assert modes == ["", "asyncpt-visitor"]
        shown = [
            seen(type(page).objects.get(pk=page.pk).make_preview_request(request, mode))
            for mode in modes
        ]
        assert shown == [full, {ABOVE}]


def test_the_editor_offers_the_tiers_and_refuses_none(
    guide: Any, post: Any, tiers: Any, login: Any
) -> None:
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    words = browser.get(f"/admin/pages/{guide.pk}/edit/").content.decode()
    assert f'value="{tiers.premium.group_id}"' in words
    field = GuidePage._meta.get_field("gate_groups").formfield()
    assert field.clean([str(tiers.basic.group_id)]) == [tiers.basic.group_id]
    for wrong in ([], ["999999"]):
        with pytest.raises(Exception, match=r"required|valid"):
            field.clean(wrong)
    block = PaywallLineBlock()
    with pytest.raises(Exception, match=r"."):
        block.clean(block.to_python({"tiers": []}))
    good = block.to_python({"tiers": [str(tiers.basic.group_id)]})
    assert block.clean(good)["tiers"] == [str(tiers.basic.group_id)]


OPEN_OR_SHUT = "{% members_only 'basic' %}open{% otherwise %}shut{% end_members_only %}"
SECTION = "{% load asyncpt_gating %}" + OPEN_OR_SHUT


def test_a_section_of_a_template_is_for_members(
    tiers: Any, member: Any, lapsed: Any, clinic: Any, rf: Any
) -> None:
    def rendered(user: Any) -> str:
        request = rf.get("/")
        request.user = user
        return Template(SECTION).render(Context({"request": request})).strip()

    from django.contrib.auth.models import AnonymousUser

    assert rendered(member.user) == "open"
    assert rendered(paying(clinic, tiers.premium).user) == "open"
    assert rendered(factories.make_user(is_superuser=True)) == "open"
    for user in (AnonymousUser(), lapsed.user, paying(clinic, tiers.other).user):
        assert rendered(user) == "shut"
    assert Template(SECTION).render(Context({})).strip() == "shut"


def test_a_page_with_a_section_is_not_cached(
    home: Any, tiers: Any, member: Any, login: Any, settings: Any, monkeypatch: Any
) -> None:
    from tests.gating.conftest import add_page

    page = add_page(home)
    before = Browser().get(page.url)
    assert "no-store" not in before.get("Cache-Control", "")
    monkeypatch.setattr(type(page), "template", "section.html")
    templates = [dict(one) for one in settings.TEMPLATES]
    templates[0]["OPTIONS"] = {
        **templates[0]["OPTIONS"],
        "loaders": [("django.template.loaders.locmem.Loader", {"section.html": SECTION})],
    }
    templates[0]["APP_DIRS"] = False
    settings.TEMPLATES = templates
    response = login(member).get(page.url)
    assert response.content.strip() == b"open"
    assert "no-store" in response["Cache-Control"]
    assert Browser().get(page.url).content.strip() == b"shut"


@pytest.mark.parametrize("parts", [1, 20])
def test_parts_cost_a_member_one_query_and_the_same_for_any_number(
    blog: Any, tiers: Any, member: Any, login: Any, parts: int
) -> None:
    plain = add_post(blog, "Plain")
    post = add_post(blog, "Parted")
    post.body = [part("members_only", tiers.basic.group, content=[text(INSIDE)])] * parts
    post.save()
    browser = login(member)
    for page in (plain, post):
        browser.get(page.url)
    bare = queries_of(browser, plain.url)
    assert queries_of(browser, post.url) <= bare + 2
    visitor = Browser()
    visitor.get(plain.url)
    assert queries_of(visitor, post.url) <= queries_of(visitor, plain.url) + 1


def test_a_nested_part_and_an_old_list_are_closed_too() -> None:
    from wagtail import blocks

    from wagtail_asyncpt.gating.parts import CLOSED, _Parts

    stream = blocks.StreamBlock(
        [
            (
                "box",
                blocks.StructBlock(
                    [
                        ("items", blocks.ListBlock(MembersOnlyBlock())),
                        ("inner", blocks.StreamBlock([("line", PaywallLineBlock())])),
                        ("after", blocks.CharBlock()),
                    ]
                ),
            ),
            ("text", blocks.CharBlock()),
        ]
    )
    secret = {"tiers": ["1"], "content": [{"type": "text", "value": BODY}]}
    raw = [
        {
            "type": "box",
            "value": {
                "items": [secret, {"type": "item", "id": "x", "value": secret}],
                "inner": [{"type": "line", "value": {"tiers": ["1"]}}],
                "after": BODY,
            },
        },
        {"type": "text", "value": BODY},
    ]
    shown, was_cut = _Parts(lambda groups: CLOSED).shown(stream, raw)
    assert was_cut
    assert BODY not in str(shown)
    assert len(shown[0]["value"]["items"]) == 2


@pytest.mark.parametrize("number", [3, 50])
def test_a_list_is_marked_with_the_same_queries_whatever_its_length(
    blog: Any, tiers: Any, member: Any, rf: Any, number: int, django_assert_num_queries: Any
) -> None:
    for count in range(number):
        post = add_post(blog, f"Post {count}")
        post.body = [part("paywall_line", (tiers.basic, tiers.premium)[count % 2].group)]
        post.save()
        if count % 3 == 0:
            restrict(post, tiers.basic.group)
    request = rf.get("/")
    request.user = member.user
    page = Template(
        "{% load asyncpt_gating %}{% mark_locks posts as marked %}{% for p in marked %}"
        "{{ p.lock.is_gated|yesno:'g,-' }}{{ p.lock.is_partly|yesno:'p,-' }}"
        "{{ p.lock.is_open|yesno:'o,-' }} {% endfor %}"
    )
    with django_assert_num_queries(4):  # pages, gates, restrictions, entitlement
        posts = BlogPage.objects.child_of(blog).order_by("path")
        marks = page.render(Context({"request": request, "posts": posts})).split()
    expected = [("g" if n % 3 == 0 else "-") + "p" + ("-" if n % 2 else "o") for n in range(number)]
    assert marks == expected
    visitor = page.render(Context({"posts": BlogPage.objects.child_of(blog)})).split()
    assert all(mark[2] == "-" for mark in visitor)


LIST = (
    "{% load asyncpt_gating wagtailcore_tags %}{% for p in posts %}"
    "{% for_reader p as p %}{% include_block p.body %}{% endfor %}"
    "{% members_only 'basic' %}{% end_members_only %}"
)


@pytest.mark.parametrize("number", [3, 30])
def test_a_list_that_shows_contents_costs_the_same_whatever_its_length(
    blog: Any, tiers: Any, member: Any, lapsed: Any, cast: Any, rf: Any, number: int
) -> None:
    from django.contrib.auth.models import AnonymousUser

    for count in range(number):
        post = add_post(blog, f"Post {count}")
        post.body = [
            text(ABOVE),
            part("members_only", tiers.basic.group, content=[text(INSIDE)]),
            part("paywall_line", tiers.premium.group),
            text(BELOW),
        ]
        post.save()
        if count % 3 == 1:
            restrict(post, tiers.basic.group)
        if count % 3 == 2:
            restrict(post, tiers.premium.group)
            Wait.objects.create(page=post, count=400)
    readers = {
        "visitor": (AnonymousUser(), 5, {ABOVE}),
        "member": (member.user, 20, {ABOVE, INSIDE}),
        "lapsed": (lapsed.user, 20, {ABOVE}),
        # Her groups hold rights to the admin, and none to these pages.
        "therapist": (cast.therapist.user, 9, {ABOVE}),
        "editor": (cast.editor, 9, {ABOVE, INSIDE, BELOW}),
    }
    for name, (user, most, seen_parts) in readers.items():
        request = rf.get("/")
        request.user = user
        posts = list(BlogPage.objects.child_of(blog))
        with CaptureQueriesContext(connection) as captured:
            words = Template(LIST).render(Context({"request": request, "posts": posts}))
        assert len(captured) <= most, (name, [q["sql"] for q in captured])
        assert {c for c in (ABOVE, INSIDE, BELOW) if c in words} == seen_parts, name
        # Of each three pages the second is for members as a whole, and nobody waited for the third.
        whole = number if name == "editor" else number // 3 * (1 + (name == "member"))
        assert words.count(ABOVE) == whole, name
        # One invitation at length, so that no id is there twice; and a list is no gated page.
        assert words.count('id="asyncpt-way"') == 1, name
        assert "ld+json" not in words, name


def guide_form(guide: Any, **fields: Any) -> Any:
    """The fields that the page editor posts for a guide."""
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    form = nested_form_data(
        {
            "title": guide.title,
            "slug": guide.slug,
            "summary": guide.summary,
            "about": streamfield([("text", rich_text("<p>A</p>"))]),
            "plan": streamfield([("text", rich_text(f"<p>{PLAN}</p>"))]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
            "seo_title": "",
            "search_description": "",
        }
    )
    return {**form, **fields}


def test_an_editor_saves_and_publishes_a_choice_of_tiers(
    guide: Any, tiers: Any, login: Any
) -> None:
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    url = f"/admin/pages/{guide.pk}/edit/"
    chosen = guide_form(guide, gate_groups=[tiers.other.group_id, tiers.premium.group_id])
    assert browser.post(url, {**chosen, "action-publish": "1"}).status_code == 302
    guide.refresh_from_db()
    assert guide.gate_groups == [tiers.other.group_id, tiers.premium.group_id]
    words = browser.get(url).content.decode()
    assert words.count("checked") >= 2
    # A draft may wait for its choice, a publication may not.
    assert browser.post(url, guide_form(guide)).status_code == 302
    refused = browser.post(url, {**guide_form(guide), "action-publish": "1"})
    assert "This field is required" in refused.content.decode()
    guide.refresh_from_db()
    assert guide.gate_groups == [tiers.other.group_id, tiers.premium.group_id]


def test_an_editor_draws_a_line_and_must_say_for_whom(blog: Any, tiers: Any, login: Any) -> None:
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    post = add_post(blog)
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    url = f"/admin/pages/{post.pk}/edit/"

    def form(*groups: int) -> Any:
        body = [
            ("text", rich_text(f"<p>{ABOVE}</p>")),
            ("paywall_line", {}),
            ("text", rich_text(f"<p>{BELOW}</p>")),
        ]
        fields = nested_form_data(
            {
                "title": post.title,
                "slug": post.slug,
                "date": "2026-10-01",
                "author_name": "Thea",
                "summary": "In short.",
                "image": "",
                "image_alt_text": "",
                "body": streamfield(body),
                "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
                "seo_title": "",
                "search_description": "",
                "action-publish": "1",
            }
        )
        return {**fields, "body-1-value-tiers": groups}

    refused = browser.post(url, form())
    assert refused.status_code == 200
    assert "This field is required" in refused.content.decode()
    assert browser.post(url, form(tiers.basic.group_id)).status_code == 302
    assert seen(Browser().get(post.url)) == {ABOVE}
    assert seen(browser.get(post.url)) == {ABOVE, BELOW}
