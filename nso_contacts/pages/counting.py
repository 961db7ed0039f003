"""Counting rows without reading them all: exact up to a limit, estimated beyond it."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import number

EXACT_UP_TO = 10_000
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Count:
    """How many rows there are; `estimated` says that the number is the database's guess, `more` that it goes on."""

    number: int
    estimated: bool = False
    more: bool = False

    @property
    def shown(self) -> str:
        """The number in words: “1 284”, “about 250 000”, “10 000+”."""
        if self.more:
            return f"{number(self.number)}+"
        return _("about %(number)s") % {"number": number(self.number)} if self.estimated else number(self.number)


def count(queryset: QuerySet[Any], exact_up_to: int = EXACT_UP_TO) -> Count:
    """Count the rows of `queryset`, estimating what is above `exact_up_to`."""
    bare = queryset.order_by()
    counted = bare[: exact_up_to + 1].count()
    if counted <= exact_up_to:
        return Count(counted)
    return Count(rounded(max(planned(bare), exact_up_to + 1)), estimated=True)


def capped(querysets: Mapping[Key, QuerySet[Any]], most: int = EXACT_UP_TO) -> dict[Key, Count]:
    """Count several querysets in one statement, none beyond `most` rows: the numbers on tabs and in the side bar."""
    parts: dict[Key, str] = {}
    params: list[Any] = []
    for key, queryset in querysets.items():
        try:
            sql, own = queryset.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts[key] = f"(SELECT count(*) FROM ({sql}) counted)"  # noqa: S608 (our own query, its values apart)
        params += own
    found = [0] * len(parts)
    if parts:
        with connections[next(iter(querysets.values())).db].cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts.values())}", params)
            found = cursor.fetchone()
    numbers = dict.fromkeys(querysets, 0) | dict(zip(parts, found, strict=True))
    return {key: Count(min(n, most), more=n > most) for key, n in numbers.items()}


def planned(queryset: QuerySet[Any]) -> int:
    """Return how many rows PostgreSQL expects."""
    try:
        sql, params = queryset.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connections[queryset.db].cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return int((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"])


def rounded(guess: int) -> int:
    """Return an estimate with two digits that mean something."""
    zeros = 10 ** max(len(str(guess)) - 2, 0)
    return round(guess / zeros) * zeros
