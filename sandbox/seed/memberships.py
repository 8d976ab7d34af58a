"""What the clinic sells, and the memberships: joined and paid through the Stripe stand-in."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.urls import reverse
from wagtail.models import PageViewRestriction, Site

from sandbox.blog.models import BlogIndexPage, BlogPage, GuidePage
from sandbox.content import words
from sandbox.content.people import CLIENTS, Patient
from sandbox.content.site import add_page, body
from sandbox.stripe_standin.server import StandIn
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import (
    CouponDuration,
    Interval,
    Membership,
    MembershipStatus,
    Package,
    Rollover,
    Tier,
)
from wagtail_asyncpt.memberships.stripe.client import client_for
from wagtail_asyncpt.pages.models import OfferPage, ProgramWeekPage
from wagtail_asyncpt.people.models import Client, Clinic, Therapist

#: Of every kind that a clinic can sell; ``opens`` names the plans below.
TIERS: list[dict[str, Any]] = [
    {
        "name": "Library",
        "slug": "library",
        "summary": "Our guides and programs, to follow on your own.",
        "features": "Every member article\nAll program weeks with clips and cues\n"
        "New guides each month",
        "has_program": False,
        "form_checks_per_week": 0,
        "trial_days": 7,
        "sort_order": 1,
        "prices": {"month": 1900, "year": 19000},
    },
    {
        "name": "Coached",
        "slug": "coached",
        "summary": "A program written for you, and a therapist who looks at every week.",
        "features": "A note to your therapist whenever you like\nEverything in Library",
        "is_highlighted": True,
        "reply_hours": 48,
        "sort_order": 2,
        "prices": {"month": 14900, "quarter": 41900, "year": 149000},
        "opens": ["library"],
    },
    {
        "name": "Performance",
        "slug": "performance",
        "summary": "For the way back to sport: closer watching, faster answers.",
        "features": "Return-to-sport tests on video\nEverything in Coached",
        "form_checks_per_week": 5,
        "reply_hours": 24,
        "setup_fee": 7500,
        "sort_order": 3,
        "prices": {"month": 24900},
        "opens": ["library", "coached"],
    },
    {
        "name": "After surgery",
        "slug": "after-surgery",
        "summary": "Six months from the operation to the stairs, the garden and the job.",
        "features": "Steps agreed with your surgeon’s protocol\nEverything in Coached",
        "form_checks_per_week": 3,
        "reply_hours": 24,
        "payment_count": 6,
        "sort_order": 5,
        "prices": {"month": 19900},
        "opens": ["library", "coached"],
    },
    {
        "name": "Family",
        "slug": "family",
        "summary": "One membership for the household, a program for each of you.",
        "features": "Everything in Coached, for everybody",
        "member_seats": 4,
        "reply_hours": 48,
        "sort_order": 6,
        "prices": {"month": 32900},
        "opens": ["library", "coached"],
    },
    {
        "name": "Running group",
        "slug": "running-group",
        "summary": "Saturday mornings with Maya, in a group small enough to be seen.",
        "features": "Four group runs a month\nEverything in Library",
        "has_program": False,
        "form_checks_per_week": 0,
        "seats_on_sale": 2,
        "sort_order": 7,
        "prices": {"month": 3900},
        "opens": ["library"],
    },
    {
        "name": "Alumni",
        "slug": "alumni",
        "summary": "For those who finished a program with us: keep everything, ask now and then.",
        "features": "Everything in Library",
        "has_program": False,
        "form_checks_per_week": 0,
        "is_listed": False,
        "sort_order": 8,
        "prices": {"month": 900},
        "opens": ["library"],
    },
]


def seed_tiers(clinic: Clinic) -> dict[str, Tier]:
    """The tiers by slug; a tier that exists is left as it is."""
    found: dict[str, Tier] = {}
    for values in TIERS:
        tier = Tier.objects.filter(clinic=clinic, slug=values["slug"]).first()
        if tier is None:
            fields = {name: value for name, value in values.items() if name != "opens"}
            lower = [found[slug] for slug in values.get("opens", ())]
            tier = operations.create_tier(clinic=clinic, includes=lower, **fields)
        found[tier.slug] = tier
    return found


def seed_shop(clinic: Clinic, tiers: dict[str, Tier]) -> None:
    """Packages, a blended plan, and two codes."""
    if Package.objects.filter(clinic=clinic).exists():
        return
    visits = operations.save_package(
        clinic=clinic,
        package=None,
        values={
            "name": "Five visits",
            "summary": "Hands-on sessions at the clinic, when you want them.",
            "features": "45 minutes each\nWith the therapist you know",
            "visits": 5,
            "visits_expire_after_days": 180,
            "amount": 52500,
            "sort_order": 1,
        },
    )
    operations.save_package(
        clinic=clinic,
        package=None,
        values={
            "name": "Kickstart",
            "summary": "Six weeks with a therapist, and then you decide.",
            "features": "One visit to begin with",
            "visits": 1,
            "tier": tiers["coached"],
            "weeks": 6,
            "amount": 24900,
            "sort_order": 2,
        },
    )
    tiers["blended"] = operations.create_tier(
        clinic=clinic,
        name="Blended",
        slug="blended",
        summary="At the clinic and at home: a visit each month, and five to begin with.",
        features="Everything in Coached",
        visits_per_period=1,
        visit_rollover=Rollover.UP_TO,
        visit_rollover_limit=1,
        bundle=visits,
        reply_hours=24,
        sort_order=4,
        prices={"month": 21900},
        includes=[tiers["library"], tiers["coached"]],
    )
    operations.save_coupon(
        clinic=clinic,
        coupon=None,
        values={"code": "WELCOME10", "percent_off": Decimal(10), "is_active": True},
    )
    operations.save_coupon(
        clinic=clinic,
        coupon=None,
        values={
            "code": "SPRING25",
            "amount_off": 2500,
            "currency": clinic.currency.lower(),
            "duration": CouponDuration.REPEATING,
            "duration_months": 3,
            "first_time_only": True,
            "is_active": True,
        },
    )


def seed_wait_list(clients: dict[str, Client], tiers: dict[str, Tier]) -> None:
    """Who has no plan waits for a place in the group, which is full."""
    for patient in CLIENTS:
        if patient.state == "lead":
            operations.join_wait_list(client=clients[patient.key], tier=tiers["running-group"])


def seed_visits(client: Client, therapist: Therapist, now: dt.datetime) -> None:
    """A package that was given, a visit that was used, and one that is booked."""
    operations.grant_credits(
        client=client,
        amount=5,
        reason="Paid at the front desk",
        key="demo",
        written_by=therapist.user,
        expires_at=now + dt.timedelta(days=120),
    )
    past, coming = now - dt.timedelta(days=6), now + dt.timedelta(days=3)
    for starts_at in (past, coming):
        visit = operations.book_visit(
            client=client, therapist=therapist, starts_at=starts_at, actor=therapist
        )
        if starts_at < now:
            operations.attend_visit(visit=visit, actor=therapist)


def seed_offer(site: Site, tiers: dict[str, Tier]) -> None:
    """The offer page; member-only blog post and program weeks, gated by Wagtail's own privacy."""
    home = site.root_page
    if not OfferPage.objects.child_of(home).exists():
        page = home.add_child(
            instance=OfferPage(
                title="Plans",
                slug="plans",
                show_in_menus=True,
                introduction="<p>Physical therapy between visits: a plan for the week, a "
                "therapist who watches how you move, and an answer you can act on.</p>",
                small_print="<p>Not for emergencies: call your doctor or 911.</p>",
                search_description="Monthly plans with a physical therapist.",
            )
        )
        page.save_revision().publish()
    for page in [*BlogPage.objects.order_by("-pk")[:1], *ProgramWeekPage.objects.all()]:
        restriction, _created = PageViewRestriction.objects.get_or_create(
            page=page, restriction_type=PageViewRestriction.GROUPS
        )
        restriction.groups.add(tiers["library"].group)
    gate_parts(tiers["library"])


def gate_parts(tier: Tier) -> None:
    """An article with a paywall line, and a guide whose plan is for members."""
    post = BlogPage.objects.get(slug="three-exercises-are-enough")
    if not any(block.block_type == "paywall_line" for block in post.body):
        line: list[tuple[str, Any]] = [("paywall_line", {"tiers": [str(tier.group_id)]})]
        post.body = [*post.body.raw_data, *body([*line, *words.BELOW_THE_LINE])]
        post.save_revision().publish()
    guide = words.GUIDE
    add_page(
        BlogIndexPage.objects.get(),
        GuidePage(
            title=guide["title"],
            slug=guide["slug"],
            summary=guide["summary"],
            about=body(guide["about"]),
            plan=body(guide["plan"]),
            gate_groups=[tier.group_id],
            search_description=guide["summary"],
        ),
    )


@contextmanager
def standin(state: Path, start: dt.datetime) -> Iterator[StandIn | None]:
    """The stand-in at the address that the settings name, its clock at ``start``.

    ``None`` where the settings name Stripe itself: a seed charges nobody.
    """
    account = asyncpt_settings.stripe_account("default")
    base = urlsplit(account.api_base or "") if account else None
    if base is None or base.hostname != "127.0.0.1" or base.port is None:
        yield None
        return
    state.parent.mkdir(parents=True, exist_ok=True)
    running = StandIn(port=base.port, state_file=state, now=int(start.timestamp()), deliver=False)
    with running:
        yield running


def join(
    standin: StandIn, client: Client, patient: Patient, tiers: dict[str, Tier], at: dt.datetime
) -> None:
    """``client`` chooses a plan at ``at`` and pays on the hosted page with a test card."""
    standin.engine.advance(to=max(int(at.timestamp()), standin.engine.now()))
    with clock.use(lambda: at):
        root = client.clinic.site.root_url
        url = operations.start_checkout(
            client=client,
            price=tiers[patient.tier].prices.get(interval=Interval.MONTH, is_active=True),
            urls=operations.ReturnUrls(
                success=f"{root}/?session_id={{CHECKOUT_SESSION_ID}}", cancel=root
            ),
        )
        answer = requests.post(
            url,
            {
                "email": client.user.email,
                "number": "4242 4242 4242 4242",
                "expiry": "12 / 34",
                "cvc": "123",
                "name": client.name,
            },
            allow_redirects=False,
            timeout=30,
        )
        answer.raise_for_status()
        membership = Membership.objects.get(client=client, status=MembershipStatus.PENDING)
        operations.confirm_checkout(client=client, session_id=membership.checkout_session_id)


def settle(standin: StandIn, clinic: Clinic, until: dt.datetime) -> None:
    """Let time run to ``until`` and take in every event on the way, as the webhook does."""
    account = asyncpt_settings.stripe_account(clinic.stripe_account)
    if account is None:
        return
    path = reverse("asyncpt_memberships:webhook", args=[clinic.webhook_uuid])
    standin.register_webhook(f"{clinic.site.root_url}{path}", account.webhook_secrets[0])
    if int(until.timestamp()) > standin.engine.now():
        standin.engine.advance(to=int(until.timestamp()))

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        operations.receive_event(
            clinic=clinic, body=body, signature=headers.get("Stripe-Signature", "")
        )
        return 200

    standin.engine.deliver_all(post)
    operations.process_waiting_events()


def end_plans(clients: dict[str, Client]) -> None:
    """Those who end their plan with the paid month, take a break, or whose plan is over."""
    stripe = client_for("default")
    for patient in CLIENTS:
        membership = Membership.objects.filter(client=clients[patient.key]).first()
        if membership is None:
            continue
        subscription = membership.stripe_subscription_id
        if patient.state == "cancelling":
            stripe.v1.subscriptions.update(subscription, {"cancel_at_period_end": True})
        elif patient.state == "paused":
            operations.pause_membership(client=membership.client, weeks=3)
        elif patient.state == "lapsed":
            stripe.v1.subscriptions.cancel(subscription)
