"""The bell in the top bar, and notifications as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nso_contacts.pages.context import address
from nso_contacts.pages.navigation import MOST_SHOWN

from . import causes
from .causes import Cause
from .models import Notification


@dataclass(frozen=True)
class Item:
    """One line of the list: a notification with its record."""

    notification: Notification
    cause: Cause
    record: Any

    @property
    def title(self) -> str:
        """What happened."""
        return self.cause.title(self.record)

    @property
    def about(self) -> str:
        """A little more about the record."""
        return self.cause.about(self.record)

    @property
    def url(self) -> str:
        """Where the record is."""
        return self.cause.url(self.record)


def context(record: Any, user: Any) -> dict[str, str] | None:
    """The number beside the bell, which stops counting at 100.

    One small query on each staff page, and a second one for whoever has something unread. None where the list has no
    address.
    """
    url = address("notifications:list")
    if not url:
        return None
    unread = Notification.objects.unread_causes(user)
    shown = Notification.objects.visible_to(user, unread).unread().order_by()[: MOST_SHOWN + 1]
    number = shown.count() if unread else 0
    return {"url": url, "unread": f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number or "")}


def load(rows: Iterable[Notification], user: Any) -> list[Item]:
    """The records behind notifications: one query for each cause among them."""
    rows = list(rows)
    records: dict[tuple[str, int], Any] = {}
    for key in {row.cause for row in rows}:
        cause = causes.required(key)
        wanted = [row.record_id for row in rows if row.cause == key]
        found = cause.rows(user).order_by().filter(pk__in=wanted).select_related(*cause.related)
        records |= {(key, record.pk): record for record in found}
    return [
        Item(row, causes.required(row.cause), records[row.cause, row.record_id])
        for row in rows
        if (row.cause, row.record_id) in records
    ]
