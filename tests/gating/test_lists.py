"""Lists that forget ``.public()``: ``for_reader`` closes pages that are gated as a whole."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.template import Context, Template
from wagtail.models import Page, PageViewRestriction

from sandbox.blog.models import BlogPage
from sandbox.contact.models import ContactPage, FormField
from tests.gating.conftest import add_post, restrict
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.gating.parts import PreparedForReading

CANARY = "Canary of the content"
SHOWN = "{% load asyncpt_gating wagtailcore_tags %}{% for_reader page as page %}"
BODY = SHOWN + "{{ page.title }}{% include_block page.body %}"


def shown(template: str, page: Any, user: Any, rf: Any, session: Any = None) -> str:
    request = rf.get("/")
    request.user, request.session = user, session or {}
    return Template(template).render(Context({"request": request, "page": page}))


@pytest.fixture
def post(blog: Any) -> Any:
    post = add_post(blog)
    post.body = [("text", f"<p>{CANARY}</p>")]
    post.save()
    return post


def test_child_objects_are_closed_too(home: Any, tiers: Any, member: Any, rf: Any) -> None:
    page = home.add_child(
        instance=ContactPage(
            title="Ask us",
            intro="Hello",
            thank_you_text="Thanks",
            form_fields=[FormField(label=CANARY)],
        )
    )
    restrict(page, tiers.basic.group)
    template = SHOWN + "{% for field in page.form_fields.all %}{{ field.label }}{% endfor %}"

    def again() -> Any:
        return ContactPage.objects.get(pk=page.pk)

    assert CANARY not in shown(template, again(), AnonymousUser(), rf)
    assert CANARY in shown(template, again(), member.user, rf)
    closed = again()
    shown(template, closed, AnonymousUser(), rf)
    for save in (lambda: closed.save(clean=False), closed.save_revision):
        with pytest.raises(PreparedForReading):
            save()
    assert again().form_fields.get().label == CANARY


def test_the_specific_page_is_not_fetched_past_the_gate(
    post: Any, tiers: Any, member: Any, rf: Any
) -> None:
    restrict(post, tiers.basic.group)
    for name in ("specific", "specific_deferred"):
        template = SHOWN + "{{ page." + name + ".body }}"
        assert CANARY not in shown(template, Page.objects.get(pk=post.pk), AnonymousUser(), rf)
        assert CANARY in shown(template, Page.objects.get(pk=post.pk), member.user, rf)


def test_an_alias_waits_as_its_source_does(
    post: Any, home: Any, tiers: Any, member: Any, rf: Any
) -> None:
    restrict(post, tiers.basic.group)
    alias = post.create_alias(parent=home, update_slug="alias")

    def fetched() -> Any:
        return BlogPage.objects.get(pk=alias.pk)

    assert CANARY in shown(BODY, fetched(), member.user, rf)
    Wait.objects.create(page=post, count=400)
    assert CANARY not in shown(BODY, fetched(), member.user, rf)


def test_what_wagtail_keeps_closed_stays_closed(
    post: Any, tiers: Any, member: Any, cast: Any, rf: Any
) -> None:
    """A password, a login and a group that is no plan's, alone and beside a gate."""
    other = Group.objects.create(name="Trustees")

    def fetched() -> Any:
        return BlogPage.objects.get(pk=post.pk)

    row = PageViewRestriction.objects.create(page=post, restriction_type="login")
    assert CANARY not in shown(BODY, fetched(), AnonymousUser(), rf)
    assert CANARY in shown(BODY, fetched(), member.user, rf)
    row.restriction_type, row.password = "password", "sesame"
    row.save()
    key = PageViewRestriction.passed_view_restrictions_session_key
    assert CANARY not in shown(BODY, fetched(), member.user, rf)
    assert CANARY in shown(BODY, fetched(), AnonymousUser(), rf, {key: [row.pk]})
    row.delete()
    restrict(post, other)
    assert CANARY not in shown(BODY, fetched(), member.user, rf)
    restrict(post.get_parent(), tiers.basic.group)
    assert CANARY not in shown(BODY, fetched(), member.user, rf)
    member.user.groups.add(other)
    assert CANARY in shown(BODY, fetched(), member.user, rf)
    assert CANARY not in shown(BODY, fetched(), AnonymousUser(), rf)
