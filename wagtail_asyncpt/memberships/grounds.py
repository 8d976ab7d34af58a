"""Grounds."""


def register() -> None:
    """Register."""
