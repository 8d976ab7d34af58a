"""A site's own app whose models have recurrence rules; it has no migrations."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """The app."""

    name = "tests.rules"
    label = "tests_rules"
    default_auto_field = "django.db.models.BigAutoField"
