"""`make bench`: measure the office kept in STATE_DIR, or a throw-away small one, and write docs/benchmarks.md.

The database is one that `load_scale` has filled. The servers listen on the loopback address, and what a measurement
adds is taken out again.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nso_contacts import devstack


def arguments() -> argparse.Namespace:
    """What can be chosen."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="for each point: a page, c=1 or c=8")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="only operations with such a word")
    parser.add_argument("--dry", action="store_true", help="print the figures and leave docs/benchmarks.md as it is")
    return parser.parse_args()


@contextmanager
def office() -> Iterator[Path]:
    """Hold the servers of the office in STATE_DIR, and set the environment that its settings read."""
    held = devstack.Office()
    if not held.lock.take():
        raise devstack.Refused(f"The office in {held.state} is running: stop it first.")
    with held.started():
        os.environ.update(held.environment("http://127.0.0.1:8000"))
        devstack.migrate(held, dict(os.environ), stopping=threading.Event())
        devstack.collect_static(held, dict(os.environ), stopping=threading.Event())
        yield held.state


def main() -> int:
    """Measure, print, write."""
    chosen = arguments()
    try:
        with office() as state:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nso_contacts.settings")
            import django  # noqa: PLC0415 - settings read the environment that is set above

            django.setup()
            from . import report, run  # noqa: PLC0415

            rows = []
            for row in run.everything(state, seconds=chosen.seconds, only=chosen.only):
                print(row, flush=True)  # noqa: T201
                rows.append(row)
            if not chosen.dry:
                report.keep(run.size(), rows, seconds=chosen.seconds)
    except devstack.Refused as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
