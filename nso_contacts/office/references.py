"""References that people say aloud: DR-2026-0418, N-031."""

from django.db import connection, transaction

from . import clock

# Kinds that count on from year to year. All others start again at 1 each year.
WITHOUT_YEAR = {"N"}


def next_reference(kind: str) -> str:
    """Give the next reference of `kind` in the caller's transaction.

    The counter's row stays locked until that transaction ends, so no number is given twice; a rolled-back one is
    given again, and a gap is allowed.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A reference belongs to the transaction of its record.")
    year = 0 if kind in WITHOUT_YEAR else clock.today().year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO office_officecounter AS counter (kind, year, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (kind, year) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [kind, year],
        )
        [number] = cursor.fetchone()
    return f"{kind}-{year}-{number:04d}" if year else f"{kind}-{number:03d}"
