"""Addresses of the imports app."""

from django.urls import path

from . import views
from .listings import BatchListing

app_name = "imports"
urlpatterns = [
    path("imports/", BatchListing.as_view(), name="list"),
    path("imports/new/", views.upload, name="upload"),
    path("imports/<int:pk>/", views.batch, name="batch"),
    path("imports/<int:pk>/rows/", views.rows, name="rows"),
    path("imports/<int:pk>/apply/", views.apply, name="apply"),
    path("imports/<int:pk>/stop/", views.stop, name="stop"),
    path("imports/<int:pk>/discard/", views.discard, name="discard"),
    path("imports/<int:pk>/undo/", views.undo, name="undo"),
    path("imports/<int:pk>/correct/", views.correct, name="correct"),
]
