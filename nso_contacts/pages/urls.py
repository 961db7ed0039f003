"""Addresses of the pages app."""

from django.urls import path

from . import views

app_name = "pages"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("pick/<slug:kind>/", views.pick, name="pick"),
    path("help/keys/", views.keys, name="keys"),
]
