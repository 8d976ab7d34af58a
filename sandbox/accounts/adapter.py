"""Where allauth sends people."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """allauth's behavior, named here so that the site has one place to change it."""
