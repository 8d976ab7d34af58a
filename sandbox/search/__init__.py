"""Search over the published, public pages."""
