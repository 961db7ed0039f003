"""Counting rows without reading them all: exact up to a limit, estimated beyond it."""

import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nso_contacts.office.templatetags.office import number

EXACT_UP_TO = 10_000


@dataclass(frozen=True)
class Count:
    """How many rows there are; `estimated` says that the number is the database's guess."""

    number: int
    estimated: bool = False

    @property
    def shown(self) -> str:
        """The number in words: “1 284”, “about 250 000”."""
        return _("about %(number)s") % {"number": number(self.number)} if self.estimated else number(self.number)


def count(queryset: QuerySet[Any], exact_up_to: int = EXACT_UP_TO) -> Count:
    """Count the rows of `queryset`, estimating what is above `exact_up_to`."""
    bare = queryset.order_by()
    counted = bare[: exact_up_to + 1].count()
    if counted <= exact_up_to:
        return Count(counted)
    return Count(rounded(max(planned(bare), exact_up_to + 1)), estimated=True)


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
