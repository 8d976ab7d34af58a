"""A physical-therapy clinic's own Wagtail site, with wagtail-asyncpt added to it."""
