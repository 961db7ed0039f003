"""Addresses of the mail app."""

from django.urls import path

from . import views
from .listings import MessageListing

app_name = "mail"
urlpatterns = [
    path("messages/", MessageListing.as_view(), name="messages"),
    path("messages/release/", views.release, name="release"),
    path("messages/<int:pk>/", views.message, name="message"),
    path("messages/<int:pk>/body/", views.body, name="body"),
    path("messages/<int:pk>/retry/", views.retry, name="retry"),
    path("messages/<int:pk>/send-again/", views.send_again, name="send_again"),
    path("messages/<int:pk>/mark-sent/", views.mark_sent, name="mark_sent"),
    path("messages/<int:pk>/stop/", views.stop, name="stop"),
    path("messages/<int:pk>/leave/", views.leave, name="leave"),
    path("messages/<int:pk>/send-now/", views.send_now, name="send_now"),
    path("messages/<int:pk>/approve/", views.approve, name="approve"),
]
