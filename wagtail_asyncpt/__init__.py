"""Asynchronous physical therapy on the Wagtail site a clinic already has."""

__version__ = "0.1.0"
