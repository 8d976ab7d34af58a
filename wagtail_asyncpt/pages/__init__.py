"""Concrete page types; an app of its own, so that a site may leave it out."""
