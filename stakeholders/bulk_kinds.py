"""What can be done with many people or organisations at once. A higher app registers its own kinds in `ready`:

    bulk_kinds.register(Kind("invite", _("Invite to workshop"), ("person",), form=InviteForm, …))

A kind says in a sentence what it will do (`describe`), who is left out and why (`left_out`, first reason first), and
does it (`act`, an action that is given the model, the keys of the rows that are left, and what was filled in).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise

from .models import Organisation, Person

Text = str | Promise
Given = Mapping[str, Any]
MODELS: dict[str, Any] = {"person": Person, "organisation": Organisation}


@dataclass(frozen=True)
class Kind:
    """One bulk action. See the module. `form` is a form class or None; `archived` kinds are for records out of use."""

    key: str
    title: Text
    subjects: tuple[str, ...]
    describe: Callable[[Given], str]
    left_out: Callable[[str, Given], Iterable[tuple[Text, Any]]]
    act: Callable[..., Any]
    form: Any = None
    icon: str = ""
    capability: str = "change_directory"
    primary: bool = False
    archived: bool = False
    consequences: tuple[Text, ...] = ()
    order: int = 100

    def judged(self, subject: str, rows: QuerySet[Any], given: Given) -> tuple[QuerySet[Any], list[Text]]:
        """Return the rows with `obstacle`, the number of the reason for leaving them out or None, and the reasons."""
        reasons = list(self.left_out(subject, given))
        whens = [When(rule, then=Value(number)) for number, (_reason, rule) in enumerate(reasons)]
        obstacle: Any = Case(*whens, default=None, output_field=IntegerField())
        return rows.annotate(obstacle=obstacle), [reason for reason, _rule in reasons]


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Offer these kinds. One with the key of another replaces it."""
    for kind in kinds:
        _kinds[kind.key] = kind


def kind_of(key: str, subject: str) -> Kind | None:
    """Return a kind for people or organisations."""
    kind = _kinds.get(key)
    return kind if kind is not None and subject in kind.subjects else None


def offered(subject: str, *, archived: bool) -> list[Kind]:
    """Return what can be done with people or organisations, in order."""
    kinds = [kind for kind in _kinds.values() if subject in kind.subjects and kind.archived == archived]
    return sorted(kinds, key=lambda kind: kind.order)


def changed(**wanted: Any) -> Q:
    """A row rule: it has these values already. None means empty."""
    return Q(
        **{
            f"{name}__isnull" if value is None else name: True if value is None else value
            for name, value in wanted.items()
        }
    )
