"""How an event's day, hours, place and languages are written, in the language that is active."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import get_language_bidi, get_language_info
from django.utils.translation import gettext as _

from nso_contacts.office import dates

from .models import Event


def when(start: datetime, end: datetime) -> str:
    """“Thu 10 December 2026, 09:30–12:30”; both days when it lasts longer. The instants are local ones."""
    if start.date() == end.date():
        return _("%(date)s, %(time)s") % {"date": dates.full(start), "time": hours(start, end)}
    return f"{dates.full(start)}, {start:%H:%M} – {dates.full(end)}, {end:%H:%M}"


def hours(start: datetime, end: datetime) -> str:
    """“09:30–12:30”. In right-to-left text the two times are kept in their order."""
    if not get_language_bidi():
        return f"{start:%H:%M}–{end:%H:%M}"
    # Isolated, and never broken at the dash: on a second line the two would seem to have changed places.
    return f"\u2066{start:%H:%M}–\u2060{end:%H:%M}\u2069"


def when_of(event: Event) -> str:
    """The day and hours of an event on the clock of its place."""
    return when(event.local_start, event.local_end)


def when_short(event: Event) -> str:
    """“Thu 10 Dec, 09:30–12:30”, without the year when it is this one: for colleagues."""
    start, end = event.local_start, event.local_end
    return _("%(date)s, %(time)s") % {"date": dates.short(start), "time": hours(start, end)}


def cancel_it(event: Event) -> str:
    """What the button says that calls an event off."""
    return _("Cancel the meeting") if event.is_meeting else _("Cancel the workshop")


def postpone_it(event: Event) -> str:
    """What the button says that puts an event off."""
    return _("Postpone the meeting") if event.is_meeting else _("Postpone the workshop")


def zone_in_words(zone: ZoneInfo, moment: datetime) -> str:
    """“San Telmo time (UTC+1)”: the town of a zone, and how far its clocks are from UTC at that moment."""
    shift = offset_in_words(moment.astimezone(zone).utcoffset() or timedelta())
    if zone.key in ("UTC", "Etc/UTC"):
        return shift
    town = zone.key.rpartition("/")[2].replace("_", " ")
    return _("%(town)s time (%(shift)s)") % {"town": town, "shift": shift}


def offset_in_words(offset: timedelta) -> str:
    """“UTC+5:30”."""
    minutes = int(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def where(event: Event, *, tells_link: bool = False) -> str:
    """The room, or that the link to join comes a day before; for guests."""
    room = ", ".join(part for part in (event.room, event.address) if part)
    if tells_link and event.link:
        return f"{room}; {event.link}" if room else event.link
    if room and event.link:
        return _("%(room)s, or online") % {"room": room}
    return room or _("Online; the link comes one day before")


def where_short(event: Event) -> str:
    """“Room Ibn Khaldun and online”: for colleagues."""
    if event.room and event.link:
        return _("%(room)s and online") % {"room": event.room}
    return event.room or (_("Online") if event.link else "")


def languages(event: Event) -> list[dict[str, str]]:
    """The languages of an event in their own names, with their codes."""
    return [{"code": code, "name": get_language_info(code)["name_local"]} for code in event.languages]


def languages_in_words(event: Event) -> str:
    """“English, français, العربية”."""
    return ", ".join(language["name"] for language in languages(event))
