"""Addresses of the notifications app."""

from django.urls import path

from . import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notification_list, name="list"),
    path("notifications/read/", views.read_all, name="read_all"),
    path("notifications/<int:pk>/open/", views.open_record, name="open"),
    path("notifications/<int:pk>/read/", views.read, name="read"),
]
