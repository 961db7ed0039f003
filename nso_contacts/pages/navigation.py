"""The side bar: apps register their places, a person sees those they may open."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .counting import Count, capped

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
    of which one is enough, or None for everybody who sees the bar. `needing` returns querysets that have no row in
    common: what there needs this person. All places are counted on every page, in one statement that stops at 100 rows
    each. `key` is the letter that follows G on the keyboard.
    """

    section: str
    title: str | Promise
    url_name: str
    icon: str = ""
    capability: str | tuple[str, ...] | None = None
    order: int = 100
    needing: Callable[[Any], Sequence[QuerySet[Any]]] | None = None
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


def open_to(request: HttpRequest) -> dict[str, list[NavItem]]:
    """Return the places that the reader may open and that answer, by section, in order."""
    found: dict[str, list[NavItem]] = {section: [] for section in (*SECTIONS, PORTAL)}
    for item in sorted(_items.values(), key=lambda item: (item.order, str(item.title))):
        if item.is_open_to(request.user) and item.url():
            found[item.section].append(item)
    return found


def shown(items: Sequence[NavItem], user: Any) -> dict[NavItem, Place]:
    """Return the places as `user` sees them, what needs them counted."""
    parts = {(item, n): rows for item in items if item.needing for n, rows in enumerate(item.needing(user))}
    numbers: dict[NavItem, list[Count]] = {}
    for (item, _n), count in capped(parts, most=MOST_SHOWN).items():
        numbers.setdefault(item, []).append(count)
    return {item: Place(item.title, item.url(), item.icon, item.key, in_few(numbers.get(item, []))) for item in items}


def in_few(counts: Sequence[Count]) -> str:
    """Return the sum as it stands beside a place: empty for nothing, “99+” for what was not counted to its end."""
    number = sum(count.number for count in counts)
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN or any(count.more for count in counts) else str(number or "")


def sections(request: HttpRequest) -> list[Section]:
    """Return the side bar of the reader, the current place marked; sections without places are left out."""
    found = {section: items for section, items in open_to(request).items() if section != PORTAL and items}
    places = shown([item for items in found.values() for item in items], request.user)
    # A view whose record belongs to another place of the bar than its address says which one.
    mark_current(places.values(), getattr(request, "place", request.path))
    return [Section(SECTIONS[section], [places[item] for item in items]) for section, items in found.items()]


def portal(request: HttpRequest) -> list[Place]:
    """Return the bar of the portal, the current place marked."""
    bar = list(shown(open_to(request)[PORTAL], request.user).values())
    mark_current(bar, request.path)
    return bar


def mark_current(found: Iterable[Place], path: str) -> None:
    """Mark the place whose address is the longest beginning of `path`; the start page only on itself."""
    within = [place for place in found if path == place.url or (place.url != "/" and path.startswith(place.url))]
    if within:
        max(within, key=lambda place: len(place.url)).current = True
