"""Addresses of the audit app."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [
    path("history/<slug:kind>/<int:pk>/", views.history_page, name="history"),
]
