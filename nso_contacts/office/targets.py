"""The answering times: read, and kept complete."""

from django.db import connection

from .models import RequestTarget


def complete(**kwargs: object) -> None:
    """Add the default of every class that has no target yet. Runs after every migration; safe to repeat."""
    if RequestTarget._meta.db_table not in connection.introspection.table_names():
        return
    present = set(RequestTarget.objects.values_list("request_class", flat=True))
    RequestTarget.objects.bulk_create(
        RequestTarget(request_class=request_class, acknowledge=acknowledge, decide=decide, deliver=deliver)
        for request_class, (acknowledge, decide, deliver) in RequestTarget.DEFAULTS.items()
        if request_class not in present
    )


def target(request_class: str) -> RequestTarget:
    """The answering time of one class of request."""
    return RequestTarget.objects.get(request_class=request_class)
