"""Doing things in the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def at_once(*calls):
    """Run calls in threads that begin together, each with a connection of its own; return what they returned, in order.

    What one of them raises is raised here, after all have ended.
    """
    start = threading.Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
