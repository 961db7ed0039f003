"""What higher parts do when a setting of the office changes."""

from collections.abc import Callable
from typing import Any

CalendarHook = Callable[..., Any]

_calendar_hooks: list[CalendarHook] = []


def on_calendar_change(hook: CalendarHook) -> CalendarHook:
    """Call `hook(actor=…)` in the transaction in which working days, hours, holidays or targets change.

    Register in `AppConfig.ready`; usable as a decorator.
    """
    if hook not in _calendar_hooks:
        _calendar_hooks.append(hook)
    return hook


def calendar_changed(*, actor: Any) -> None:
    """Tell everybody who registered that due dates may have moved."""
    for hook in _calendar_hooks:
        hook(actor=actor)
