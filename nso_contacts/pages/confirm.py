"""The page before something that cannot easily be taken back: what will happen, then one button."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .form import Crumbs, Text, frame, saved


def confirm_page(
    request: HttpRequest,
    *,
    title: Text,
    consequences: Iterable[Text],
    action: Callable[[], Any],
    verb: Text,
    danger: bool = False,
    lede: Text = "",
    crumbs: Crumbs = (),
    cancel: str = "",
    done: Text = "",
    template: str = "pages/confirm.html",
    base: str = "base.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show what `action` will do; on POST do it and go where it says (an address or a record).

    An action that refuses with a ValidationError answers 422 with the reason. `action` must be safe to repeat.
    """
    page = {
        "title": title,
        "consequences": list(consequences),
        "verb": verb,
        "danger": danger,
        "lede": lede,
        "crumbs": list(crumbs),
        "cancel": cancel,
        **(context or {}),
        **frame(request, base),
    }
    if request.method != "POST":
        return render(request, template, page)
    try:
        target = action()
    except ValidationError as refusal:
        return render(request, template, page | {"refusals": refusal.messages}, status=422)
    return saved(request, target, done)
