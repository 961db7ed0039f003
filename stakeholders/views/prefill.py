"""What a form for a contact or a task is opened with: from its address, or from the page it was opened over."""

from urllib.parse import urlencode, urlsplit

from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from ..forms.interaction import usual_domain
from ..models import Interaction, Organisation, Person, Task, UserGroup

KINDS = {"person": Person, "organisation": Organisation, "group": UserGroup, "task": Task}
# Pages on which “Log contact” knows with whom, by the name of their address.
PAGES = {f"stakeholders:{kind}": kind for kind in KINDS}
USUAL_CHANNEL = {
    Task.Kind.REPLY: Interaction.Channel.EMAIL,
    Task.Kind.SEND: Interaction.Channel.EMAIL,
    Task.Kind.CALL: Interaction.Channel.PHONE,
    Task.Kind.VISIT: Interaction.Channel.MEETING,
}


def opened_over(request):
    """The address, on this site, of the page from which this one was opened; empty if there is none."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(came_from)
    if not parts.netloc or parts.path == request.path:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def back(request):
    """Where to go afterwards: what the form carries, else the page it was opened over. Only ever on this site."""
    wish = request.POST.get("next") or request.GET.get("next")
    if wish and wish.startswith("/") and url_has_allowed_host_and_scheme(wish, None):
        return wish
    return opened_over(request) if request.method == "GET" else ""


def named(request):
    """The records that the address names (`?person=12`), or whose page lies below, as {kind: record}.

    Only records the reader may see; anything else in the address means nothing.
    """
    wished = {kind: value for kind in KINDS if (value := request.GET.get(kind, "")).isdecimal() and len(value) < 19}
    if not wished:
        wished = page_below(request)
    found = {}
    for kind, pk in wished.items():
        record = KINDS[kind].objects.visible_to(request.user).filter(pk=pk).first()
        if record is not None:
            found[kind] = record
    return found


def page_below(request):
    """The record of the page over which the form was opened, as {kind: key}."""
    try:
        match = resolve(urlsplit(opened_over(request)).path or "/")
    except Resolver404:
        return {}
    kind = PAGES.get(match.view_name)
    return {kind: match.kwargs["pk"]} if kind else {}


def query(records):
    """The records of `named` as the query of an address that names them."""
    return f"?{urlencode({kind: record.pk for kind, record in records.items()})}" if records else ""


def contact(records):
    """Initial values of a form that logs a contact with the records of `named`."""
    task = records.get("task")
    people = [records["person"]] if "person" in records else []
    organisations = [records["organisation"]] if "organisation" in records else []
    initial = {}
    if task is not None:
        people = people or [task.person] * bool(task.person)
        organisations = organisations or [task.organisation] * bool(task.organisation and not people)
        initial = {"subject": task.title, "channel": USUAL_CHANNEL.get(task.kind, ""), "settles": [task.pk]}
    domain = usual_domain(people, organisations)
    return initial | {
        "people": people,
        "organisations": organisations,
        "user_groups": [records["group"]] if "group" in records else [],
        "domain": domain,
        "domains": [domain] if domain else [],
    }
