"""Addresses of the pages app."""

from django.urls import path

from . import public, views

app_name = "pages"
urlpatterns = [
    path("search/", views.search, name="search"),
    path("pick/<slug:kind>/", views.pick, name="pick"),
    path("help/", public.help_, name="help"),
    path("help/keys/", views.keys, name="keys"),
    path("privacy/", public.privacy, name="privacy"),
    path("accessibility/", public.accessibility, name="accessibility"),
]
