"""The demo as an app of the site: time in the clinic goes with the stand-in's."""

from django.apps import AppConfig
from django.conf import settings

from wagtail_asyncpt.core import clock

from .clock import StandInClock


class DemoConfig(AppConfig):
    """Installed by the demo's settings only."""

    name = "sandbox.demo"
    label = "sandbox_demo"

    def ready(self) -> None:
        """Read the time from the stand-in, for the life of the process."""
        self.following = clock.use(StandInClock(settings.STRIPE_STANDIN_ORIGIN))
        self.following.__enter__()
