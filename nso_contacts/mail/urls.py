"""Addresses of the mail app."""

from typing import Any

app_name = "mail"
urlpatterns: list[Any] = []
