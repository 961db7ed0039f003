"""What the tests of the stakeholders share."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def count_queries():
    """How many queries a call takes: `count_queries(lambda: client.get("/"))`. A stream is read to its end."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            answer = call()
            if getattr(answer, "streaming", False):
                answer.getvalue()
        return len(queries)

    return count
