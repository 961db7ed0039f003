"""Dates, times and numbers as the office writes them."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import timezone, translation

from nso_contacts.office.models import Office
from nso_contacts.office.templatetags import office as words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 10, 13, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _tuesday(office):
    with time_machine.travel(NOON, tick=False), timezone.override("Europe/Paris"):
        Office.objects.update(time_zone="Europe/Paris")
        yield


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 10, 15), "Thu 15 Oct"),
        (date(2027, 1, 1), "Fri 1 Jan 2027"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "Fri 1 Jan 2027"),
        (None, ""),
    ],
)
def test_a_date_carries_its_year_only_when_it_is_another(value, written):
    assert words.office_date(value) == written


def test_a_date_for_readers_outside():
    assert words.office_date_long(date(2026, 10, 15)) == "Thu 15 October 2026"
    with translation.override("fr"):
        assert words.office_date_long(date(2026, 10, 15)) == "jeu 15 octobre 2026"
        assert words.office_date(date(2026, 10, 15)) == "jeu 15 oct"
    with translation.override("ar"):
        assert words.office_date_long(date(2026, 10, 15)) == "الخميس 15 أكتوبر 2026"


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("DAY_FIRST", ["Thu 15 Oct", "Fri 1 Jan 2027", "Thu 15 October 2026", "15 Oct 2026", "15 Oct"]),
        ("MONTH_FIRST", ["Thu Oct 15", "Fri Jan 1, 2027", "Thu October 15, 2026", "Oct 15, 2026", "Oct 15"]),
        ("NUMBERS", ["Thu 15/10", "Fri 01/01/2027", "Thu 15/10/2026", "15/10/2026", "15/10"]),
        ("YEAR_FIRST", ["Thu 10-15", "Fri 2027-01-01", "Thu 2026-10-15", "2026-10-15", "10-15"]),
    ],
)
def test_dates_look_as_the_office_chose(style, written):
    Office.objects.update(date_style=style)
    day = date(2026, 10, 15)
    found = [words.office_date(day), words.office_date(date(2027, 1, 1)), words.office_date_long(day)]
    assert [*found, words.office_date_plain(day), words.office_day_month(day)] == written


@pytest.mark.parametrize(("day", "written"), [(13, "Today"), (12, "Yesterday"), (11, "Sun 11 Oct"), (14, "Wed 14 Oct")])
def test_a_day_near_by_has_a_name(day, written):
    assert words.office_day(date(2026, 10, day)) == written


def test_times_are_the_reader_s():
    instant = datetime(2026, 10, 15, 12, 5, tzinfo=UTC)
    assert words.office_time(instant) == "14:05"
    assert words.office_datetime(instant) == "Thu 15 Oct, 14:05"
    assert words.office_datetime_long(instant) == "Thu 15 October 2026, 14:05"
    with timezone.override("America/Lima"):
        assert words.office_time(instant) == "07:05"


@pytest.mark.parametrize(
    ("day", "written"),
    [(date(2026, 10, 12), "1 day overdue"), (date(2026, 10, 8), "5 days overdue"), (date(2026, 10, 13), "Today")],
)
def test_lateness_in_days(day, written):
    assert words.days_overdue(day) == written
    assert words.is_overdue(day) is (written != "Today")


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(12345, 0, "12\u202f345"), (1234567.891, 1, "1\u202f234\u202f567.9"), (0, 0, "0"), (None, 0, ""), (999, 0, "999")],
)
def test_numbers_have_narrow_spaces(value, decimals, written):
    assert words.number(value, decimals) == written


def test_the_decimal_sign_is_that_of_the_language():
    with translation.override("fr"):
        assert words.number(1234.5, 1) == "1\u202f234,5"
