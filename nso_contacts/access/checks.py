"""The start-up check: a route without a policy is an error, so the project does not start."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One address of the project, with the name that `reverse` knows it by."""

    name: str
    path: str
    view: Any
    parameters: tuple[str, ...]


def routes(patterns: list[Any] | None = None, prefix: str = "", namespace: str = "") -> Iterator[Route]:
    """Yield every route of the project."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(
                entry.url_patterns, path, f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            )
        elif isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else path
            yield Route(name, path, entry.callback, tuple(entry.pattern.regex.groupindex))


def policy_of(view: Any) -> Any:
    """Return the policy a view declares; None if it declares none."""
    return getattr(view, "access_policy", None)


@register
def every_route_has_a_policy(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Report each route whose view declares no access policy."""
    return [
        Error(
            f"The route /{route.path} has no access policy.",
            hint="Decorate its view with @requires, @signed_in or @open_to_all.",
            id="access.E001",
        )
        for route in routes()
        if policy_of(route.view) is None
    ]
