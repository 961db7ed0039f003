"""The tabs of the settings: every app adds its own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class SettingsPlace:
    """One tab of the settings. `count(user)` stands beside its name."""

    title: str | Promise
    url_name: str
    capability: str
    order: int = 100
    count: Callable[[Any], int] | None = None


@dataclass
class Tab:
    """A `SettingsPlace` as one reader sees it."""

    title: str | Promise
    url: str
    count: int | None
    current: bool


_places: dict[str, SettingsPlace] = {}


def register(place: SettingsPlace) -> None:
    """Add a tab. Registering the same address again replaces it."""
    _places[place.url_name] = place


def tabs(user: Any, path: str) -> list[Tab]:
    """Return the tabs `user` may open, in order, the current one marked."""
    found = []
    for place in sorted(_places.values(), key=lambda place: (place.order, place.url_name)):
        if not user.has_perm(f"access.{place.capability}"):
            continue
        try:
            url = reverse(place.url_name)
        except NoReverseMatch:
            continue
        count = place.count(user) if place.count else None
        found.append(Tab(place.title, url, count, current=path.startswith(url)))
    return found
