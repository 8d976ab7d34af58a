"""Addresses of the cockpit, mounted in the Wagtail admin under ``care/``."""

from django.urls import path

from wagtail_asyncpt.review import views

app_name = "asyncpt_review"

urlpatterns = [
    path("", views.queue, name="queue"),
    path("reviews/<uuid:review_uuid>/", views.review, name="review"),
    path("reviews/<uuid:review_uuid>/answer/", views.answer, name="answer"),
    path("form-checks/<uuid:check_uuid>/answer/", views.verdict, name="verdict"),
    path("clips/<uuid:clip_uuid>/comments/", views.add_comment, name="add_comment"),
    path(
        "clips/<uuid:clip_uuid>/comments/<uuid:key>/delete/",
        views.delete_comment,
        name="delete_comment",
    ),
    path("weeks/<uuid:week_uuid>/", views.week_editor, name="week_editor"),
    path("weeks/<uuid:week_uuid>/preview/", views.preview_week, name="preview_week"),
    path("weeks/<uuid:week_uuid>/print/", views.print_week, name="print_week"),
    path("weeks/<uuid:week_uuid>/handout.pdf", views.week_pdf, name="week_pdf"),
    path("weeks/<uuid:week_uuid>/publish/", views.publish, name="publish"),
    path("weeks/<uuid:week_uuid>/next/", views.draft_next, name="draft_next"),
    path("programs/", views.programs, name="programs"),
    path("programs/<int:page_id>/", views.program, name="program"),
    path("programs/<int:page_id>/enrol/", views.enrol_several, name="enrol_several"),
    path("cohorts/<uuid:cohort_uuid>/", views.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_uuid>/add/", views.add_to_cohort, name="add_to_cohort"),
    path("enrolments/<uuid:enrolment_uuid>/end/", views.end_program, name="end_program"),
    path("enrolments/<uuid:enrolment_uuid>/reopen/", views.reopen_program, name="reopen_program"),
    path("clients/", views.clients, name="clients"),
    path("clients/<uuid:client_uuid>/", views.client, name="client"),
    path("clients/<uuid:client_uuid>/enrol/", views.enrol_client, name="enrol"),
    path("clients/<uuid:client_uuid>/language/", views.client_language, name="client_language"),
    path("clients/<uuid:client_uuid>/visits/", views.visits, name="visits"),
    path("clients/<uuid:client_uuid>/visits/give/", views.give_visits, name="give_visits"),
    path("visits/<uuid:visit_uuid>/<slug:note>/", views.note_visit, name="note_visit"),
]
