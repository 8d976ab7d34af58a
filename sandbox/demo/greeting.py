"""What the demo prints when everything answers."""

from __future__ import annotations

from django.urls import reverse

from sandbox.content.people import CLIENTS, DEMO_PASSWORD, STAFF, STATES

from .plan import DEMO_DIR, Plan


def _table(rows: list[tuple[str, str, str]]) -> str:
    width = max(len(email) for email, _, _ in rows)
    names = max(len(name) for _, name, _ in rows)
    return "\n".join(f"    {e:<{width}}  {n:<{names}}  {what}" for e, n, what in rows)


def _people() -> str:
    staff = _table([(p.email, p.name, p.role) for p in STAFF])
    clients = _table([(p.email, p.name, STATES[p.state]) for p in CLIENTS])
    return f"  Staff sign in and open the admin:\n{staff}\n\n  Clients sign in:\n{clients}"


def _money(plan: Plan, webhook: str) -> str:
    if plan.uses_standin:
        return (
            f"  Stripe stand-in     {plan.standin_url}/_standin/\n"
            "                      Move time, fail a charge, drop a webhook, refund, dispute."
        )
    return (
        "  Payments            Stripe's test mode, with your key. Forward its events with\n"
        f"                      stripe listen --forward-to {webhook}"
    )


def greeting(plan: Plan, *, offer: str, webhook: str) -> str:
    """Addresses, logins and what to try first.

    ``offer`` is the path of the plans' page, ``webhook`` the address that Stripe's events go to.
    """
    portal = reverse("asyncpt_portal:today")
    return f"""
  The clinic's site   {plan.site_url}/
  Plans and prices    {plan.site_url}{offer}
  The client's app    {plan.site_url}{portal}
  The therapist's     {plan.site_url}/admin/
{_money(plan, webhook)}
  Mails and logs      {DEMO_DIR}/mail/, {DEMO_DIR}/*.log

{_people()}

  Everybody's password: {DEMO_PASSWORD}

  Try first:
    1. Sign in as priya@example.com and open the client's app, in a phone's width: today's session.
    2. In a private window, sign in as maya@harbor.example and open Care in the admin:
       watch Daniel's clip, answer it, and publish his next week.
    3. Join: open Plans and prices in a third window, make an account,
       and pay with card 4242 4242 4242 4242, any future date, any CVC.

  Ctrl-C stops everything.
"""
