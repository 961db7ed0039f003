"""Views of a list that people keep under a name: its search, filters, order and columns, as its address holds them.

Who keeps them stands above this package (the accounts) and tells it how to find them; a list asks only here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.functional import Promise

# The name in an address that asks for the list as it is, for those who open it with a view of their own.
VIEW, EVERYTHING = "view", "all"


@dataclass(frozen=True)
class Tab:
    """A view as a tab above its list."""

    title: str | Promise
    url: str
    current: bool
    by: str = ""
    change_url: str = ""
    # How many rows it shows, in words; empty where they are not counted.
    number: str = ""


@dataclass(frozen=True)
class SavedView:
    """A kept view. `change_url` is empty for a colleague's; `by` names the colleague."""

    title: str | Promise
    query: str
    by: str = ""
    change_url: str = ""
    is_default: bool = False

    def tab(self, path: str, now: frozenset[tuple[str, str]]) -> Tab:
        """Return the view as a tab of the list at `path`, whose state is `now`."""
        return Tab(self.title, f"{path}?{self.query}", state_of(self.query) == now, self.by, self.change_url)


def state_of(query: str) -> frozenset[tuple[str, str]]:
    """Return what an address says in a form that can be compared."""
    return frozenset(parse_qsl(query))


Find = Callable[[Any, str], list[SavedView]]
_keepers: list[tuple[Find, str]] = []


def keep(find: Find, *, save_url_name: str) -> None:
    """Register who keeps the views: `find(user, list)` returns those a reader sees, own ones first."""
    _keepers[:] = [(find, save_url_name)]


def kept(user: Any, name: str) -> list[SavedView]:
    """Return the views of the list called `name` that `user` sees."""
    return [view for find, _url_name in _keepers for view in find(user, name)]


def save_url() -> str:
    """Return the address where a view is saved; empty while nobody keeps any."""
    return next((reverse(url_name) for _find, url_name in _keepers), "")
