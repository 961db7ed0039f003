"""The list at the door: everybody expected, with what they said and whether they are here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from nso_contacts.pages.matching import matching
from stakeholders.models import Person

from .actions.attendance import ABSENT
from .models import Attendance, Event, Invitation

Reply = Invitation.Reply
PREFIX = "p"
TICKS = (Attendance.State.PRESENT_IN_PERSON, Attendance.State.PRESENT_ONLINE, ABSENT)


@dataclass(frozen=True)
class Expected:
    """One person at the door."""

    person: Any
    organisation: Any
    said: str
    tick: str
    walk_in: bool = False

    @property
    def name(self) -> str:
        """The name of the control."""
        return f"{PREFIX}{self.person.pk}"


@dataclass(frozen=True)
class Door:
    """Everybody shown, and the numbers of all."""

    rows: list[Expected]
    view: str
    typed: str
    views: list[tuple[str, Any, int]]
    room: int
    online: int

    @property
    def here(self) -> int:
        """How many are here."""
        return self.room + self.online


def read(event: Event, *, view: str = "", typed: str = "") -> Door:
    """Everybody expected at an event, by name; those who declined stand at the end of their view only."""
    everybody = _everybody(event)
    open_ = [row for row in everybody if not row.tick]
    here = [
        row for row in everybody if row.tick in (Attendance.State.PRESENT_IN_PERSON, Attendance.State.PRESENT_ONLINE)
    ]
    views = {"": (_("All"), everybody), "open": (_("Not ticked"), open_), "here": (_("Here"), here)}
    view = view if view in views else ""
    rows = views[view][1]
    typed = typed.strip()
    if typed:
        found = set(
            matching(Person.objects.filter(pk__in=[row.person.pk for row in rows]), typed).values_list("pk", flat=True)
        )
        rows = [row for row in rows if row.person.pk in found]
    room = sum(row.tick == Attendance.State.PRESENT_IN_PERSON for row in everybody)
    return Door(
        rows, view, typed, [(key, title, len(listed)) for key, (title, listed) in views.items()], room, len(here) - room
    )


def _everybody(event: Event) -> list[Expected]:
    ticks = {row.person_id: row for row in event.attendances.select_related("person", "organisation")}
    invitations = event.invitations.sent().select_related("person", "organisation", "delegate", "delegate_for__person")
    rows = [
        Expected(invitation.person, invitation.organisation, said(invitation), _tick(ticks.get(invitation.person_id)))
        for invitation in invitations
    ]
    rows += [
        Expected(row.person, row.organisation, _("added at the door"), _tick(row), walk_in=True)
        for row in ticks.values()
        if row.walk_in
    ]
    return sorted(rows, key=lambda row: (row.walk_in, row.person.sort_name, row.person.pk))


def _tick(row: Attendance | None) -> str:
    if row is None:
        return ""
    if row.state == Attendance.State.PARTIAL:
        return Attendance.State.PRESENT_IN_PERSON
    return row.state if row.was_there else ABSENT


def said(invitation: Invitation) -> str:
    """What somebody answered, in a word or two."""
    if invitation.reply == Reply.DELEGATED:
        return _("sends %(name)s") % {"name": invitation.delegate}
    words = {
        Reply.ACCEPTED: _("said online") if invitation.joins == Invitation.Joins.ONLINE else _("said room"),
        Reply.TENTATIVE: _("said maybe"),
        Reply.DECLINED: _("declined"),
    }.get(invitation.reply, _("no reply"))
    if invitation.delegate_for:
        return _("for %(name)s") % {"name": invitation.delegate_for.person}
    return words


def ticks(data: Mapping[str, str]) -> dict[int, str]:
    """What was ticked, by person; anything else in the form is passed over."""
    found = {}
    for name, value in data.items():
        key = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and key.isdecimal() and len(key) < 19 and value in TICKS:
            found[int(key)] = value
    return found
