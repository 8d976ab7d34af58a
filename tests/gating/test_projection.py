"""Gates that core loses are kept: moves, copies, translations, aliases."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Locale, Page

from tests import factories
from tests.gating.conftest import add_page, is_full, is_teaser, lose_gates, restrict
from wagtail_asyncpt.gating import projection


@pytest.fixture
def gated(home: Any, tiers: Any) -> Any:
    """A gated section."""
    section = add_page(home, "Section")
    restrict(section, tiers.basic.group)
    return section


@pytest.fixture
def admin(login: Any) -> Browser:
    """A superuser's browser."""
    browser: Browser = login(factories.make_user(is_staff=True, is_superuser=True))
    return browser


def fresh(page: Any) -> Any:
    return Page.objects.get(pk=page.pk).specific


def public(page: Any) -> bool:
    return Page.objects.live().public().filter(pk=page.pk).exists()


def gates(page: Any) -> list[set[int]]:
    return [
        set(restriction.groups.values_list("pk", flat=True))
        for restriction in fresh(page).view_restrictions.order_by("pk")
    ]


def copy_in_admin(browser: Browser, page: Any, to: Any, **options: Any) -> Any:
    known = set(Page.objects.values_list("pk", flat=True))
    response = browser.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "Copied",
            "new_slug": "copied",
            "new_parent_page": to.pk,
            "publish_copies": "on",
            **options,
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    return Page.objects.exclude(pk__in=known).order_by("path").first().specific


def test_a_page_moved_out_of_a_gated_section_stays_gated(
    gated: Any, home: Any, member: Any, tiers: Any, login: Any
) -> None:
    page = add_page(gated, "Inside")
    page.move(home, pos="last-child")
    assert gates(page) == [{tiers.basic.group.pk}]
    assert not public(page)
    assert is_teaser(Browser().get(fresh(page).url))
    assert is_full(login(member).get(fresh(page).url))


def test_a_move_in_bulk_keeps_the_gate(gated: Any, home: Any, admin: Browser, tiers: Any) -> None:
    page = add_page(gated, "Inside")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    admin.post(f"{url}?id={page.pk}", {"chooser": home.pk})
    assert fresh(page).get_parent().pk == home.pk
    assert gates(page) == [{tiers.basic.group.pk}]


def test_a_move_within_a_gate_or_into_a_stricter_one_adds_nothing(
    gated: Any, home: Any, tiers: Any
) -> None:
    page = add_page(gated, "Inside")
    page.move(add_page(gated, "Sister"), pos="last-child")
    assert gates(page) == []
    wide = add_page(home, "Wide")
    restrict(wide, tiers.basic.group, tiers.other.group)
    inside = add_page(wide, "Inside wide")
    fresh(inside).move(fresh(gated), pos="last-child")
    assert gates(inside) == []


def test_a_move_under_another_gate_keeps_both(gated: Any, home: Any, tiers: Any) -> None:
    page = add_page(gated, "Inside")
    other = add_page(home, "Other")
    restrict(other, tiers.other.group)
    page.move(other, pos="last-child")
    assert gates(page) == [{tiers.basic.group.pk}]


def test_moving_an_ungated_page_adds_nothing(home: Any, tiers: Any) -> None:
    page, parent = add_page(home, "Free"), add_page(home, "Parent")
    page.move(parent, pos="last-child")
    assert gates(page) == []
    assert public(page)


def test_a_recursive_copy_keeps_the_gate_of_each_page(
    home: Any, tiers: Any, admin: Browser, member: Any, login: Any
) -> None:
    root = add_page(home, "Root")
    child = add_page(root, "Child")
    add_page(root, "Open child")
    restrict(child, tiers.basic.group)
    copy = copy_in_admin(admin, root, home, copy_subpages="on")
    gated_copy, open_copy = copy.get_children().order_by("path")
    assert gates(gated_copy) == [{tiers.basic.group.pk}]
    assert not public(gated_copy)
    assert public(open_copy)
    assert is_teaser(Browser().get(gated_copy.url))
    assert is_full(login(member).get(gated_copy.url))
    assert is_full(Browser().get(open_copy.url))


def test_a_recursive_copy_keeps_a_gate_inside_a_gate(
    gated: Any, home: Any, tiers: Any, admin: Browser
) -> None:
    child = add_page(gated, "Child")
    restrict(child, tiers.other.group)
    copy = copy_in_admin(admin, gated, home, copy_subpages="on")
    (child_copy,) = copy.get_children()
    assert {tiers.other.group.pk} in gates(child_copy)


def test_a_copy_within_a_gated_section_keeps_the_pages_own_gate(
    gated: Any, tiers: Any, admin: Browser
) -> None:
    page = add_page(gated, "Inside")
    restrict(page, tiers.other.group)
    copy = copy_in_admin(admin, page, gated)
    assert gates(copy) == [{tiers.other.group.pk}]


def test_a_copy_out_of_a_gated_section_stays_gated(
    gated: Any, home: Any, tiers: Any, admin: Browser
) -> None:
    copy = copy_in_admin(admin, add_page(gated, "Inside"), home)
    assert gates(copy) == [{tiers.basic.group.pk}]
    assert is_teaser(Browser().get(copy.url))


def test_a_translation_is_gated_as_its_source(gated: Any, tiers: Any, settings: Any) -> None:
    french = Locale.objects.create(language_code="fr")
    page = add_page(gated, "Inside")
    for ancestor in [fresh(page).get_site().root_page]:
        ancestor.copy_for_translation(french)
    translation = page.copy_for_translation(french, copy_parents=True)
    assert not Page.objects.public().filter(pk=translation.pk).exists()
    restrict(page, tiers.other.group)
    second = Locale.objects.create(language_code="de")
    fresh(page).get_site().root_page.copy_for_translation(second)
    deep = fresh(page).copy_for_translation(second, copy_parents=True)
    assert {tiers.other.group.pk} in gates(deep)


def test_an_alias_of_a_page_in_a_gated_section_is_gated_everywhere(
    gated: Any, home: Any, tiers: Any, member: Any, login: Any
) -> None:
    page = add_page(gated, "Inside")
    alias = page.create_alias(parent=home, update_slug="alias")
    assert gates(alias) == [{tiers.basic.group.pk}]
    assert not public(alias)
    assert is_teaser(Browser().get(alias.url))
    assert is_full(login(member).get(alias.url))


def test_the_gate_does_not_depend_on_the_aliass_own_row(
    gated: Any, home: Any, member: Any, login: Any
) -> None:
    alias = add_page(gated, "Inside").create_alias(parent=home, update_slug="alias")
    lose_gates(alias)
    assert public(alias)
    assert is_teaser(Browser().get(alias.url))
    assert is_full(login(member).get(alias.url))


def test_a_gate_set_or_taken_away_later_reaches_the_alias(home: Any, tiers: Any) -> None:
    section = add_page(home, "Section")
    page = add_page(section, "Inside")
    alias = page.create_alias(parent=home, update_slug="alias")
    assert public(alias)
    restriction = restrict(section, tiers.basic.group)
    assert gates(alias) == [{tiers.basic.group.pk}]
    restriction.groups.set([tiers.other.group])
    assert gates(alias) == [{tiers.other.group.pk}]
    restriction.delete()
    assert gates(alias) == []
    assert is_full(Browser().get(fresh(alias).url))


def test_a_gate_of_an_aliass_own_stays_and_counts(
    home: Any, tiers: Any, member: Any, login: Any
) -> None:
    page = add_page(home, "Open page")
    alias = page.create_alias(parent=home, update_slug="alias")
    own = restrict(alias, tiers.other.group)
    restrict(page, tiers.other.group, tiers.basic.group).delete()
    assert gates(alias) == [{tiers.other.group.pk}]
    assert is_teaser(Browser().get(alias.url))
    assert is_teaser(login(member).get(alias.url))
    assert is_full(Browser().get(page.url))
    own.groups.set([tiers.basic.group])
    assert is_full(login(member).get(alias.url))


def test_an_alias_of_a_gated_page_is_gated_once(home: Any, tiers: Any) -> None:
    page = add_page(home, "Page")
    restrict(page, tiers.basic.group)
    alias = page.create_alias(parent=home, update_slug="alias")
    assert gates(alias) == [{tiers.basic.group.pk}]


def test_a_page_below_an_alias_of_a_gated_section_is_gated(gated: Any, home: Any) -> None:
    add_page(gated, "Inside")
    alias = gated.create_alias(parent=home, recursive=True, update_slug="alias")
    (inside,) = alias.get_children()
    lose_gates(alias)
    lose_gates(inside)
    assert is_teaser(Browser().get(inside.specific.url))


def test_the_pages_below_go_with_a_page_that_leaves_its_section(
    gated: Any, home: Any, tiers: Any, admin: Browser, member: Any, login: Any, settings: Any
) -> None:
    """Moved, copied, shown as aliases by the admin, and translated: none of them comes out open."""
    page = add_page(gated, "Inside")
    add_page(page, "Below")
    restrict(add_page(page, "Own gate"), tiers.other.group)
    for left in (page, *page.get_descendants().specific()):
        left.save_revision().publish()
    copy = copy_in_admin(admin, page, home, copy_subpages="on")
    alias = copy_in_admin(
        admin, page, home, copy_subpages="on", alias="on", new_slug="shown", new_title="Shown"
    )
    french = Locale.objects.create(language_code="fr")
    root = home.copy_for_translation(french)
    translation = page.copy_for_translation(french, copy_parents=True)
    # Translated below an open parent, with the pages below it.
    tree = fresh(page).copy(to=root, recursive=True, update_attrs={"slug": "arbre"}, keep_live=True)
    projection.repair_copy(source=page, copy=tree)
    page.move(home, pos="last-child")
    tops = {"moved": page, "copied": copy, "alias": alias}
    browser, open_ones = login(member), []
    for name, top in tops.items():
        for one in fresh(top).get_descendants(inclusive=True).specific():
            is_own = one.title == "Own gate"
            if public(one) or not is_teaser(Browser().get(one.url)):
                open_ones.append((name, one.title))
            if is_full(browser.get(one.url)) is is_own:
                open_ones.append((name, one.title, "member"))
    assert open_ones == []
    assert not public(translation)
    assert not any(public(one) for one in fresh(tree).get_descendants(inclusive=True))
