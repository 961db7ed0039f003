"""Addresses of the files app."""

from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    path("files/<int:pk>/", views.download, name="download"),
]
