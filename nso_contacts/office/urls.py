"""Addresses of the office's settings and of its first run."""

from django.urls import path

from . import first_run, views

app_name = "office"
urlpatterns = [
    path("settings/", views.settings_home, name="settings_home"),
    path("settings/office/", views.office_settings, name="settings"),
    path("settings/office/targets/<int:pk>/", views.target, name="target"),
    path("settings/office/<slug:part>/", views.office_part, name="part"),
    path("settings/holidays/", views.holidays, name="holidays"),
    path("settings/holidays/new/", views.holiday_new, name="holiday_new"),
    path("settings/holidays/fill/", views.holidays_fill, name="holidays_fill"),
    path("settings/holidays/<int:pk>/", views.holiday, name="holiday"),
    path("settings/holidays/<int:pk>/remove/", views.holiday_remove, name="holiday_remove"),
    path("settings/first-run/<slug:step>/", first_run.first_run, name="first_run"),
    path("logo/<slug:digest>/", views.logo, name="logo"),
]
