"""How well the office keeps in touch: organisations within their agreed rhythm, in all and by owner."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from nso_contacts.accounts.models import User
from nso_contacts.office import clock

from .models import Organisation, Task


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; the share is None while the whole is nothing."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The share in per cent."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Owner:
    """One line of the table by owner; `user` is None for organisations that nobody owns."""

    user: User | None
    organisations: int
    rhythm: Share
    owed: int
    late: int


def _in_use(user: Any) -> Any:
    return Organisation.objects.visible_to(user).active().outside()


def _rhythm_counts() -> dict[str, Count]:
    has_rhythm = Q(cadence_days__isnull=False)
    return {
        "organisations": Count("pk"),
        "whole": Count("pk", filter=has_rhythm),
        "part": Count("pk", filter=has_rhythm & Q(next_due_on__gte=clock.today())),
    }


def within_rhythm(user: Any) -> Share:
    """Organisations not overdue, of those with an agreed rhythm."""
    found = _in_use(user).aggregate(**_rhythm_counts())
    return Share(found["part"], found["whole"])


def by_owner(user: Any) -> list[Owner]:
    """One line per owner of an organisation or of an open task, by name; organisations without an owner last."""
    owned = {row.pop("owner"): row for row in _in_use(user).order_by().values("owner").annotate(**_rhythm_counts())}
    tasks = {
        row.pop("assignee"): row
        for row in Task.objects.visible_to(user)
        .open()
        .owed_by_us()
        .order_by()
        .values("assignee")
        .annotate(owed=Count("pk"), late=Count("pk", filter=Q(due_on__lt=clock.today())))
    }
    nothing = {"organisations": 0, "whole": 0, "part": 0, "owed": 0, "late": 0}
    people = User.objects.in_bulk((owned.keys() | tasks.keys()) - {None})
    lines = [
        _owner(people[pk], nothing | owned.get(pk, {}) | tasks.get(pk, {}))
        for pk in sorted(people, key=lambda pk: str(people[pk]))
    ]
    if None in owned:
        lines.append(_owner(None, nothing | owned[None]))
    return lines


def in_all(lines: list[Owner]) -> Owner:
    """The last line of the table: everybody, and nobody, together."""
    rhythm = Share(sum(line.rhythm.part for line in lines), sum(line.rhythm.whole for line in lines))
    organisations, owed, late = (
        sum(getattr(line, name) for line in lines) for name in ("organisations", "owed", "late")
    )
    return Owner(None, organisations, rhythm, owed, late)


def _owner(user: User | None, row: dict[str, int]) -> Owner:
    return Owner(user, row["organisations"], Share(row["part"], row["whole"]), row["owed"], row["late"])
