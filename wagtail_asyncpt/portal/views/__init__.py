"""The portal's views. Each makes one call into the rooms below and renders the outcome."""

from wagtail_asyncpt.portal.views.account import csrf, language, sign_out
from wagtail_asyncpt.portal.views.answers import answer, answer_read, answers
from wagtail_asyncpt.portal.views.form_checks import form_check
from wagtail_asyncpt.portal.views.logs import log_exercise, log_set
from wagtail_asyncpt.portal.views.plan import plan, print_week, today, week, week_pdf
from wagtail_asyncpt.portal.views.sessions import finish, session, skip, start

__all__ = [
    "answer",
    "answer_read",
    "answers",
    "csrf",
    "finish",
    "form_check",
    "language",
    "log_exercise",
    "log_set",
    "plan",
    "print_week",
    "session",
    "sign_out",
    "skip",
    "start",
    "today",
    "week",
    "week_pdf",
]
