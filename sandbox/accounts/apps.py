"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users who sign in by email."""

    name = "sandbox.accounts"
    label = "accounts"
