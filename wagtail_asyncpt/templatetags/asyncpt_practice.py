"""What the work timer's template needs."""

from django import template

from wagtail_asyncpt.conf import settings as asyncpt_settings

register = template.Library()


@register.simple_tag
def work_idle_seconds() -> int:
    """Seconds without input after which work time stops counting."""
    return asyncpt_settings.WORK_IDLE_SECONDS
