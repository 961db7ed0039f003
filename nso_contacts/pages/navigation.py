"""The side bar: apps register their places, a person sees those they may open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SECTIONS: dict[str, str | Promise] = {
    "work": _("Work"),
    "directory": _("Directory"),
    "engagement": _("Engagement"),
    "service": _("Service"),
    "insight": _("Insight"),
    "administration": _("Administration"),
}
PORTAL = "portal"
MOST_SHOWN = 99


@dataclass(frozen=True)
class NavItem:
    """One place in the side bar.

    `section` is a key of `SECTIONS`, or `PORTAL` for the bar of the portal. `capability` is one capability, several
    of which one is enough, or None for everybody who sees the bar. `count` tells how many things there need this
    person; it is asked on every page, so it must be one cheap query that stops counting at 100. `key` is the letter
    that follows G on the keyboard.
    """

    section: str
    title: str | Promise
    url_name: str
    icon: str = ""
    capability: str | tuple[str, ...] | None = None
    order: int = 100
    count: Callable[[Any], int] | None = None
    key: str = ""

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may open this place."""
        if self.capability is None:
            return True
        names = (self.capability,) if isinstance(self.capability, str) else self.capability
        return any(user.has_perm(f"access.{name}") for name in names)

    def url(self) -> str:
        """Return the address; empty while nothing answers there."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


@dataclass
class Place:
    """A `NavItem` as one person sees it."""

    title: str | Promise
    url: str
    icon: str
    key: str
    count: str = ""
    current: bool = False


@dataclass
class Section:
    """A heading of the side bar with its places."""

    title: str | Promise
    places: list[Place]


_items: dict[tuple[str, str], NavItem] = {}


def register(item: NavItem) -> None:
    """Give a place a line in the side bar. Registering it again replaces it."""
    if item.section != PORTAL and item.section not in SECTIONS:
        raise ValueError(f"No section of the side bar is called {item.section}.")
    _items[item.section, item.url_name] = item


def places(section: str, request: HttpRequest) -> list[Place]:
    """Return the places of one section that the reader may open, in order."""
    found = []
    for item in sorted(_items.values(), key=lambda item: (item.order, str(item.title))):
        if item.section == section and item.is_open_to(request.user) and (url := item.url()):
            number = item.count(request.user) if item.count else 0
            shown = f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number or "")
            found.append(Place(item.title, url, item.icon, item.key, shown))
    return found


def sections(request: HttpRequest) -> list[Section]:
    """Return the side bar of the reader, the current place marked; sections without places are left out."""
    bar = [Section(title, places(key, request)) for key, title in SECTIONS.items()]
    # A view whose record belongs to another place of the bar than its address says which one.
    mark_current([place for section in bar for place in section.places], getattr(request, "place", request.path))
    return [section for section in bar if section.places]


def portal(request: HttpRequest) -> list[Place]:
    """Return the bar of the portal, the current place marked."""
    bar = places(PORTAL, request)
    mark_current(bar, request.path)
    return bar


def mark_current(found: list[Place], path: str) -> None:
    """Mark the place whose address is the longest beginning of `path`; the start page only on itself."""
    within = [place for place in found if path == place.url or (place.url != "/" and path.startswith(place.url))]
    if within:
        max(within, key=lambda place: len(place.url)).current = True
