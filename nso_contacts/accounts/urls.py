"""Addresses of the accounts app."""

from typing import Any

app_name = "accounts"
urlpatterns: list[Any] = []
