"""Addresses of the imports app."""

from typing import Any

app_name = "imports"
urlpatterns: list[Any] = []
