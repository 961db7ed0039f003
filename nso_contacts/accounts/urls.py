"""Addresses of the accounts app; those of django-allauth are in `sign_in`."""

from django.urls import path

from . import list_views, listings, views

app_name = "accounts"
urlpatterns = [
    path("accounts/invitation/<str:token>/", views.invitation, name="invitation"),
    path("language/", views.language, name="language"),
    path("me/", views.me, name="me"),
    path("me/sessions/end/", views.end_other_sessions, name="end_other_sessions"),
    path("settings/users/", listings.UserListing.as_view(), name="users"),
    path("settings/users/invite/", views.user_invite, name="user_invite"),
    path("settings/users/<int:pk>/", views.user, name="user"),
    path("settings/users/<int:pk>/deactivate/", views.user_deactivate, name="user_deactivate"),
    path("settings/users/<int:pk>/reactivate/", views.user_reactivate, name="user_reactivate"),
    path("settings/users/<int:pk>/invitation/", views.user_send_invitation, name="user_send_invitation"),
    path("settings/users/<int:pk>/two-step/", views.user_reset_two_step, name="user_reset_two_step"),
    path("views/new/", list_views.save, name="view_save"),
    path("views/<int:pk>/", list_views.change, name="view_change"),
    path("views/<int:pk>/delete/", list_views.delete, name="view_delete"),
]
