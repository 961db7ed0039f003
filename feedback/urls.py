"""Addresses of the feedback app."""

app_name = "feedback"
urlpatterns = []
