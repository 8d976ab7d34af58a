"""The plain site with page types of its own: ``wagtail_asyncpt.pages`` is left out."""

from tests.projects.plain import *  # noqa: F403
from tests.projects.plain import INSTALLED_APPS

INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "wagtail_asyncpt.pages"]
