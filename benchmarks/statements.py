"""The statements of one request: how many, how long the database took, and which.

The embedded PostgreSQL brings no pg_stat_statements, so one warm request is made in this process, with the office's own
settings, and Django's connection is watched. The time holds the way to the database and back.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client

from nso_contacts.accounts.models import User

from .visitors import Page, WrongAnswer


@dataclass
class Statements:
    """What was asked of the database: each statement with its milliseconds."""

    asked: list[tuple[str, float]] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return sum(took for _sql, took in self.asked)


@contextmanager
def watched() -> Iterator[Statements]:
    """Watch the connection for the time of the block."""
    found = Statements()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.asked.append((sql, (time.perf_counter() - began) * 1000))

    with connection.execute_wrapper(watch):
        yield found


def statements_of(page: Page, user: User) -> Statements:
    """Ask for a page three times and return the statements of the quickest."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return min((request(page, client) for _ in range(3)), key=lambda found: found.milliseconds)


def request(page: Page, client: Client) -> Statements:
    """The statements of one request."""
    with watched() as found:
        answer = client.get(page.path) if page.form is None else client.post(page.path, page.form())
    if answer.status_code != page.good:
        raise WrongAnswer(f"{page.path}: {answer.status_code}")
    return found
