"""Measuring pages: ours, the baseline's and the floor in turns, with one visitor and with eight."""

from nso_contacts.accounts.models import User

from .figures import Ratio, Row, told
from .operations import FLOOR, Operation
from .servers import WebServer
from .statements import Statements, statements_of
from .visitors import SLICES, Sample, Visitor, take_turns

MANY = 8


def measure(
    operation: Operation,
    ours: WebServer,
    baseline: WebServer,
    user: User,
    *,
    cookie: str,
    seconds: float,
    slices: int = SLICES,
) -> Row:
    """Measure one operation."""
    pages = {"ours": (ours.address, operation.ours), "floor": (ours.address, FLOOR)}
    if operation.baseline is not None:
        pages["baseline"] = (baseline.address, operation.baseline)
    for address, page in pages.values():
        for _warming in range(slices):
            Visitor(address, cookie).ask(page)
    one = take_turns(pages, cookie, seconds=seconds, visitors=1, slices=slices)
    many = take_turns(pages, cookie, seconds=seconds, visitors=MANY, slices=slices)
    row = Row(operation.name, p50=one["ours"].p50)
    for name in pages:
        row.cells[f"{name} c=1"] = told(one[name])
        row.cells[f"{name} c={MANY}"] = told(many[name])
    row.ratios = in_time(operation, one, many)
    if operation.finds:
        content, _took = Visitor(ours.address, cookie).ask(operation.ours)
        row.ratios.append(Ratio("the right person on the page", operation.finds in content.decode(), least=1))
    found = statements_of(operation.ours, user)
    row.cells["statements"] = f"{len(found.asked)}, {found.milliseconds:.1f} ms"
    row.ratios += in_statements(operation, found)
    return row


def in_time(operation: Operation, one: dict[str, Sample], many: dict[str, Sample]) -> list[Ratio]:
    """The ratios that come of how long the pages took."""
    ratios = [
        Ratio(f"p50 c=1 / {against}", one["ours"].p50 / one[against].p50, most=most)
        for against, most in operation.most.items()
    ]
    if operation.at_eight:
        rate = many["ours"].rate / many["baseline"].rate
        ratios.append(Ratio(f"requests a second c={MANY} / baseline", rate, least=3))
        ratios.append(Ratio(f"p95 c={MANY} / own p50 c=1", many["ours"].p95 / one["ours"].p50, most=10))
    return ratios


def in_statements(operation: Operation, found: Statements) -> list[Ratio]:
    """What is asked of the database beside what is allowed."""
    ratios = []
    if operation.most_statements is not None:
        ratios.append(Ratio("statements", len(found.asked), most=operation.most_statements))
    if operation.most_database_ms is not None:
        ratios.append(Ratio("database ms", found.milliseconds, most=operation.most_database_ms))
    return ratios


def processes(ours: WebServer, baseline: WebServer) -> Row:
    """Memory after everything was asked for, and the time to the first answer."""
    row = Row("two web workers")
    for name, server in {"ours": ours, "baseline": baseline}.items():
        row.cells[name] = f"{server.memory:.0f} MB PSS, first answer after {server.cold_start:.1f} s"
    row.ratios = [
        Ratio("memory / baseline", ours.memory / baseline.memory, most=1.5),
        Ratio("cold start / baseline", ours.cold_start / baseline.cold_start, most=2),
    ]
    return row
