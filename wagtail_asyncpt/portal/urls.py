"""Addresses of the portal."""

from django.urls import path

from wagtail_asyncpt.portal import views

app_name = "asyncpt_portal"

_SESSION = "sessions/<uuid:session>/<int:occurrence>/"

urlpatterns = [
    path("", views.today, name="today"),
    path("plan/", views.plan, name="plan"),
    path("plan/<uuid:week>/", views.week, name="week"),
    path("plan/<uuid:week>/print/", views.print_week, name="print_week"),
    path("plan/<uuid:week>/handout.pdf", views.week_pdf, name="week_pdf"),
    path(_SESSION, views.session, name="session"),
    path(f"{_SESSION}start/", views.start, name="start"),
    path(f"{_SESSION}finish/", views.finish, name="finish"),
    path(f"{_SESSION}skip/", views.skip, name="skip"),
    path("sets/", views.log_set, name="log_set"),
    path("exercise-logs/", views.log_exercise, name="log_exercise"),
    path("form-checks/<uuid:form_check>/", views.form_check, name="form_check"),
    path("answers/", views.answers, name="answers"),
    path("answers/<uuid:review>/", views.answer, name="answer"),
    path("answers/<uuid:review>/read/", views.answer_read, name="answer_read"),
    path("language/", views.language, name="language"),
    path("csrf/", views.csrf, name="csrf"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
