"""Controls that the stylesheet draws in its own way."""

from typing import Any

from django import forms


class Segments(forms.RadioSelect):
    """Two to five short options side by side."""

    is_segments = True


class Day(forms.DateInput):
    """A date, chosen with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Write the value as browsers read it, whatever the language of the page."""
        super().__init__(attrs, format="%Y-%m-%d")


class Moment(forms.DateTimeInput):
    """A date and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Write the value as browsers read it."""
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class ClockTime(forms.TimeInput):
    """A time of day."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Write the value as browsers read it."""
        super().__init__(attrs, format="%H:%M")


# What forms use in place of Django's plain text boxes.
NATIVE = {forms.DateInput: Day, forms.DateTimeInput: Moment, forms.TimeInput: ClockTime}
