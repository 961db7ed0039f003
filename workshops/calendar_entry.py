"""Calendar entries (RFC 5545/5546): one UID per event for life, and a SEQUENCE that rises with day, hours and place.

A REQUEST puts an event into a calendar or moves it there; a CANCEL takes it out. The times are those of the event's
own zone, with the rules of that zone beside them, so that every calendar shows the right hour.
"""

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress, vText
from icalendar import Event as Entry

from nso_contacts.office.models import Office

from .models import Event, Invitation

REQUEST = "REQUEST"
CANCEL = "CANCEL"
PARTICIPATION = {
    "": "NEEDS-ACTION",
    Invitation.Reply.ACCEPTED: "ACCEPTED",
    Invitation.Reply.TENTATIVE: "TENTATIVE",
    Invitation.Reply.DECLINED: "DECLINED",
    Invitation.Reply.DELEGATED: "DELEGATED",
}


def entry(event: Event, *, method: str, name: str, address: str, reply: str = "", with_link: bool = False) -> bytes:
    """Write the calendar entry of `event` for one guest. `with_link` also tells where to join online."""
    calendar = Calendar()
    calendar.add("prodid", "-//NSO Contacts//Workshops//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    item = Entry()
    item.add("uid", f"{event.uid}@{_domain()}")
    item.add("sequence", event.date_version - 1)
    item.add("dtstamp", timezone.now())
    item.add("dtstart", event.local_start)
    item.add("dtend", event.local_end)
    item.add("summary", str(event.title))
    item.add("location", place(event, with_link=with_link))
    if event.objectives:
        item.add("description", str(event.objectives))
    if with_link and event.link:
        item.add("url", event.link)
    item.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    item.add("organizer", _person(Office.objects.current().name, _sender()), encode=0)
    item.add("attendee", _guest(name, address, reply), encode=0)
    calendar.add_component(item)
    # The rules of the zone for these days only; the library would write those of a century.
    calendar.add_missing_timezones(event.day - timedelta(days=1), event.local_end.date() + timedelta(days=1))
    return calendar.to_ical()


def place(event: Event, *, with_link: bool = False) -> str:
    """Where it takes place, in one line."""
    where = ", ".join(part for part in (event.room, event.address) if part)
    online = event.link if with_link and event.link else _("Online")
    if where and event.link:
        return _("%(place)s, or online") % {"place": where}
    return where or online


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _domain() -> str:
    return _sender().rpartition("@")[2] or "localhost"


def _person(name: str, address: str) -> vCalAddress:
    person = vCalAddress(f"MAILTO:{address}")
    person.params["CN"] = vText(name)
    return person


def _guest(name: str, address: str, reply: str) -> vCalAddress:
    guest = _person(name, address)
    guest.params["ROLE"] = vText("REQ-PARTICIPANT")
    guest.params["PARTSTAT"] = vText(PARTICIPATION[reply])
    guest.params["RSVP"] = vText("TRUE")
    return guest
