"""Measuring pages: ours, the baseline's and the floor in turns, with one visitor and with eight."""

from nso_contacts.accounts.models import User

from .figures import Ratio, Row, told
from .operations import FLOOR, Operation
from .servers import WebServer
from .statements import statements_of
from .visitors import SLICES, Visitor, take_turns

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
    row.ratios += [
        Ratio(f"p50 c=1 / {against}", one["ours"].p50 / one[against].p50, most=most)
        for against, most in operation.most.items()
    ]
    if operation.at_eight:
        row.ratios += [
            Ratio(f"requests a second c={MANY} / baseline", many["ours"].rate / many["baseline"].rate, least=3),
            Ratio(f"p95 c={MANY} / own p50 c=1", many["ours"].p95 / one["ours"].p50, most=10),
        ]
    found = statements_of(operation.ours, user)
    row.cells["statements"] = f"{len(found.asked)}, {found.milliseconds:.1f} ms"
    if operation.most_statements is not None:
        row.ratios.append(Ratio("statements", len(found.asked), most=operation.most_statements))
    if operation.most_database_ms is not None:
        row.ratios.append(Ratio("database ms", found.milliseconds, most=operation.most_database_ms))
    return row


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
