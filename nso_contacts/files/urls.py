"""Addresses of the files app."""

from typing import Any

app_name = "files"
urlpatterns: list[Any] = []
