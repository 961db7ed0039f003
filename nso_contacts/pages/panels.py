"""What a higher app shows on a lower app's page: panels, registered by the name of the page.

The page of an organisation belongs to `stakeholders` and knows nothing of workshops; `workshops` registers a panel for
`"organisation"` in its `AppConfig.ready`, and the page draws whatever is registered.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

PLACES = ("main", "rail", "tab", "fact", "line", "button")


@dataclass(frozen=True)
class Panel:
    """One part of somebody else's page.

    `context(record, user)` returns what `template` needs, or None to show nothing. A `tab` is drawn alone, after the
    reader chose it; its `count(record, user)` stands beside its name. A `fact` is drawn into the row of facts: its
    template prints one `<div><dt>…</dt><dd>…</dd></div>`. A `line` is one `<li>` of a list that the page has. A
    `button` stands among the actions of the page.
    """

    key: str
    title: str | Promise
    template: str
    context: Callable[[Any, Any], Mapping[str, Any] | None]
    place: str = "main"
    order: int = 100
    count: Callable[[Any, Any], int | None] | None = None
    capability: str | None = None

    def is_open_to(self, user: Any) -> bool:
        """Whether `user` may see the panel at all."""
        return self.capability is None or user.has_perm(f"access.{self.capability}")


@dataclass
class Shown:
    """A panel with its content for one record and one reader. Draw it with `{% panel shown %}`."""

    panel: Panel
    content: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The panel's key, unique on its page."""
        return self.panel.key

    @property
    def title(self) -> str | Promise:
        """The panel's heading."""
        return self.panel.title

    @property
    def template(self) -> str:
        """The template that draws it."""
        return self.panel.template


@dataclass
class Tab:
    """A tab of a record's page: `overview` is the page itself, the others are registered panels."""

    key: str
    title: str | Promise
    count: int | None = None
    current: bool = False


_panels: dict[str, dict[str, Panel]] = {}


def register(page: str, panel: Panel) -> None:
    """Show `panel` on `page`. Registering the same key again replaces it."""
    if panel.place not in PLACES:
        raise ValueError(f"A panel cannot stand at {panel.place}.")
    _panels.setdefault(page, {})[panel.key] = panel


def registered(page: str, user: Any, place: str | None = None) -> list[Panel]:
    """Return the panels of a page that `user` may see, in order."""
    return sorted(
        (p for p in _panels.get(page, {}).values() if p.is_open_to(user) and (place is None or p.place == place)),
        key=lambda panel: (panel.order, panel.key),
    )


def shown(page: str, record: Any, user: Any, place: str | None = None) -> list[Shown]:
    """Return the panels of a page with their content; those whose context is None are left out."""
    found = []
    for panel in registered(page, user, place):
        content = panel.context(record, user)
        if content is not None:
            found.append(Shown(panel, content))
    return found


def tabs(page: str, record: Any, user: Any, current: str, first: str | Promise) -> list[Tab]:
    """Return the tabs of a record's page; the first one, called `first`, is the page itself (key "")."""
    listed = [Tab("", first)] + [
        Tab(panel.key, panel.title, panel.count(record, user) if panel.count else None)
        for panel in registered(page, user, "tab")
    ]
    chosen = current if current in {tab.key for tab in listed} else ""
    for tab in listed:
        tab.current = tab.key == chosen
    return listed


def open_tab(page: str, record: Any, user: Any, current: str) -> Shown | None:
    """Return the chosen tab with its content; None for the page itself or an unknown name."""
    for panel in registered(page, user, "tab"):
        if panel.key == current:
            content = panel.context(record, user)
            return Shown(panel, content) if content is not None else None
    return None
