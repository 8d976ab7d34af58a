"""Coupons and the promotion codes that clients type: twins at Stripe, whoever made them."""

from wagtail_asyncpt.memberships.operations.catalog import Run
from wagtail_asyncpt.people.models import Clinic


def sync_coupons(run: Run, clinic: Clinic) -> None:
    """Make, close and count the clinic's coupons at Stripe, and adopt those made there."""
