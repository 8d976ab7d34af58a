"""Addresses of clips."""

from django.urls import path

from wagtail_asyncpt.care import views

app_name = "asyncpt_care"

urlpatterns = [
    path("clips/<uuid:uuid>/video.mp4", views.clip_video, name="clip_video"),
    path("clips/<uuid:uuid>/poster.jpg", views.clip_poster, name="clip_poster"),
    path("clips/<uuid:uuid>/links.json", views.clip_links, name="clip_links"),
    path("uploads/", views.upload_create, name="upload_create"),
    path("uploads/<uuid:uuid>/", views.upload, name="upload"),
    path("form-checks/<uuid:uuid>/status/", views.form_check_status, name="form_check_status"),
]
