"""The timer on a therapist's pages counts by the site's own idle limit."""

from typing import Any

from django.template.loader import render_to_string

from tests.conftest import Cast


def test_the_idle_limit_is_the_setting(cast: Cast, settings: Any) -> None:
    template, context = "wagtail_asyncpt/practice/timer.html", {"client": cast.owner}
    assert 'data-idle="60"' in render_to_string(template, context)
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "WORK_IDLE_SECONDS": 90}
    timer = render_to_string(template, context)
    assert 'data-idle="90"' in timer
    assert f'data-client="{cast.owner.uuid}"' in timer
