"""Every change of the office's settings, holidays and answering times."""

import hashlib
from datetime import date

import holidays as holiday_lists
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from nso_contacts.audit.trail import action

from . import clock, hooks
from .models import Holiday, Office, RequestTarget, forget_office

Actor = AbstractBaseUser | None

# A change of one of these moves due dates.
CALENDAR = ("time_zone", "working_weekdays", "opens", "closes", "cut_off", "target_before_triage")

# How the lists of the `holidays` library mark a day that depends on the moon.
ESTIMATED = (" (estimated)", " (observed, estimated)")


@action
def save_office(office: Office, *, actor: Actor) -> Office:
    """Save the office's settings; due dates are counted again when the calendar changed."""
    before = Office.objects.select_for_update().defer("logo").filter(pk=office.pk).first()
    office.pk = office.pk or 1
    office.full_clean()
    office.save()
    forget_office()
    if before and any(getattr(before, field) != getattr(office, field) for field in CALENDAR):
        hooks.calendar_changed(actor=actor)
    return office


@action
def save_logo(office: Office, picture: bytes, *, actor: Actor) -> Office:
    """Show `picture`, a checked PNG or JPEG, beside the office's name; nothing in it brings back the product's sign."""
    office.logo = picture or None
    office.logo_digest = hashlib.sha256(picture).hexdigest()[:16] if picture else ""
    office.save(update_fields=["logo", "logo_digest"])
    forget_office()
    return office


@action
def finish_set_up(office: Office, *, actor: Actor) -> Office:
    """Note that the first four pages were gone through. Doing it twice changes nothing."""
    Office.objects.filter(pk=office.pk, set_up_at=None).update(set_up_at=timezone.now())
    forget_office()
    return Office.objects.current()


@action
def hold_mail(because: str, *, actor: Actor) -> None:
    """Let nothing go out but messages for signing in, until somebody lets it go. `because` is shown to the staff."""
    Office.objects.filter(mail_held_at=None).update(mail_held_at=timezone.now(), mail_held_because=because[:200])
    forget_office()


@action
def release_mail(*, actor: Actor) -> None:
    """Let mail go again. Doing it twice changes nothing."""
    Office.objects.exclude(mail_held_at=None).update(mail_held_at=None, mail_held_because="")
    forget_office()


@action
def save_target(target: RequestTarget, *, actor: Actor) -> RequestTarget:
    """Save an answering time and count due dates again."""
    target.full_clean()
    target.save()
    hooks.calendar_changed(actor=actor)
    return target


@action
def save_holiday(holiday: Holiday, *, actor: Actor) -> Holiday:
    """Add or change a holiday and count due dates again."""
    holiday.full_clean()
    holiday.save()
    _calendar_changed(actor)
    return holiday


@action
def remove_holiday(holiday: Holiday, *, actor: Actor) -> None:
    """Make the day a working day again and count due dates again. Doing it twice changes nothing."""
    deleted, _per_model = Holiday.objects.filter(pk=holiday.pk).delete()
    if deleted:
        _calendar_changed(actor)


@action
def fill_holidays(country: str, years: list[int], *, actor: Actor) -> int:
    """Add the national holidays of `years` where the office has entered none, and return how many were added."""
    found = national_holidays(country, years)
    taken = set(Holiday.objects.filter(date__in=found).values_list("date", flat=True))
    added = Holiday.objects.bulk_create(
        Holiday(date=day, name=name, source=Holiday.Source.NATIONAL, confirmed=confirmed)
        for day, (name, confirmed) in sorted(found.items())
        if day not in taken
    )
    Office.objects.filter(pk=Office.objects.current().pk).exclude(holiday_country=country).update(
        holiday_country=country
    )
    if added:
        _calendar_changed(actor)
    return len(added)


def _calendar_changed(actor: Actor) -> None:
    forget_office()
    hooks.calendar_changed(actor=actor)


def national_holidays(country: str, years: list[int]) -> dict[date, tuple[str, bool]]:
    """The public holidays of a country, each with its name and whether the day is certain."""
    listed = holiday_lists.country_holidays(country, years=years, language="en_US")
    found = {}
    for day, names in listed.items():
        name, certain = names.replace("; ", ", "), True
        for mark in ESTIMATED:
            if mark in name:
                name, certain = name.replace(mark, ""), False
        found[day] = (name[:100], certain)
    return found


def years_to_fill() -> list[int]:
    """This year and the next: what a new office starts with."""
    year = clock.today().year
    return [year, year + 1]
