"""Addresses of the mail app."""

from django.urls import path

from . import views

app_name = "mail"
urlpatterns = [
    path("messages/<int:pk>/", views.message, name="message"),
]
