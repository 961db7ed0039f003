"""The office row, its clock, its references and its answering times."""

import threading
from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nso_contacts import office as this_office
from nso_contacts.office import actions, clock, hooks, references, targets
from nso_contacts.office.models import (
    Holiday,
    Office,
    OfficeCounter,
    RequestClass,
    RequestTarget,
    forget_office,
    remembering_office,
)

pytestmark = pytest.mark.django_db


def test_before_an_office_is_created_everything_has_its_default():
    assert Office.objects.current().short_name == "NSO"
    assert Office.objects.count() == 0
    assert clock.now().tzname() == "UTC"


def test_there_is_one_office(office):
    with pytest.raises(IntegrityError), transaction.atomic():
        Office.objects.create()
    with pytest.raises(IntegrityError, match="office_only_one"), transaction.atomic():
        Office.objects.create(id=2)


@pytest.mark.parametrize(
    ("name", "country", "beside"),
    [
        ("National Statistics Office", "Republic of Marenda", "Republic of Marenda"),
        ("National Statistics Office, Republic of Marenda", "Republic of Marenda", ""),
        ("National Statistics Office", "", ""),
    ],
)
def test_the_country_stands_beside_a_name_that_does_not_say_it(name, country, beside):
    assert Office(name=name, country=country).country_beside == beside


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"languages": []}, "office_has_a_language"),
        ({"date_style": "ROMAN"}, "office_date_style_is_known"),
        ({"working_weekdays": []}, "office_has_working_weekdays"),
        ({"working_weekdays": [7]}, "office_has_working_weekdays"),
        ({"closes": time(9)}, "office_closes_after_opening"),
        ({"cut_off": time(8, 59)}, "office_cut_off_while_open"),
        ({"cut_off": time(17, 1)}, "office_cut_off_while_open"),
        ({"suppression_threshold": 2}, "office_threshold_3_to_20"),
        ({"suppression_threshold": 21}, "office_threshold_3_to_20"),
    ],
)
def test_the_database_refuses_what_cannot_be(office, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Office.objects.update(**changes)


def test_a_time_zone_that_does_not_exist_is_refused(office):
    office.time_zone = "Atlantis/Capital"
    with pytest.raises(ValidationError, match="time zone"):
        actions.save_office(office, actor=None)


def test_the_office_s_date_is_that_of_its_own_zone(office):
    Office.objects.update(time_zone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 10, 13, 12, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 10, 14)
        Office.objects.update(time_zone="America/Lima")
        assert clock.today() == date(2026, 10, 13)


def test_a_request_asks_for_the_office_once_and_no_longer(office):
    with CaptureQueriesContext(connection) as queries, remembering_office():
        assert [Office.objects.current().pk for _n in range(3)] == [1, 1, 1]
        this_office.calendar()
        this_office.calendar()
        assert len(queries) == 2
        Office.objects.update(short_name="BUR")
        assert Office.objects.current().short_name == "NSO"
        forget_office()
        assert Office.objects.current().short_name == "BUR"
    Office.objects.update(short_name="OFF")
    assert Office.objects.current().short_name == "OFF"


def test_the_calendar_knows_weekdays_hours_and_holidays(office):
    Office.objects.update(working_weekdays=[6, 0, 1, 2, 3], cut_off=time(15))
    Holiday.objects.create(date=date(2026, 10, 12), name="Founding day")
    calendar = this_office.calendar()
    assert not calendar.is_working_day(date(2026, 10, 12))
    assert not calendar.is_working_day(date(2026, 10, 9))  # a Friday
    assert calendar.is_working_day(date(2026, 10, 11))  # a Sunday
    assert calendar.day_zero(datetime(2026, 10, 11, 15, 0, tzinfo=UTC)) == date(2026, 10, 13)


# References ----------------------------------------------------------------------------------------------------------


def test_references_count_within_kind_and_year(office):
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        given = [references.next_reference(kind) for kind in ("DR", "DR", "EN", "N", "N")]
    assert given == ["DR-2026-0001", "DR-2026-0002", "EN-2026-0001", "N-001", "N-002"]
    with time_machine.travel(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        assert [references.next_reference(kind) for kind in ("DR", "N")] == ["DR-2027-0001", "N-003"]


def test_the_year_of_a_reference_is_the_office_s(office):
    Office.objects.update(time_zone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        assert references.next_reference("DR") == "DR-2027-0001"


@pytest.mark.django_db(transaction=True)
def test_a_reference_outside_a_transaction_is_refused(office):
    with pytest.raises(transaction.TransactionManagementError):
        references.next_reference("DR")
    assert not OfficeCounter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_reference_is_given_twice_to_eight_at_once(office):
    given = []

    def take():
        try:
            for _n in range(5):
                with transaction.atomic():
                    given.append(references.next_reference("DR"))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = clock.today().year
    assert sorted(given) == [f"DR-{year}-{n:04d}" for n in range(1, 41)]


def test_one_counter_per_kind_and_year():
    OfficeCounter.objects.create(kind="DR", year=2026, last=1)
    with pytest.raises(IntegrityError, match="office_counter_unique"), transaction.atomic():
        OfficeCounter.objects.create(kind="DR", year=2026, last=2)


# Answering times -----------------------------------------------------------------------------------------------------


def test_every_class_has_an_answering_time():
    assert {target.request_class for target in RequestTarget.objects.all()} == set(RequestClass.values)
    custom = targets.target(RequestClass.CUSTOM_TABULATION)
    assert (custom.acknowledge, custom.decide, custom.deliver) == (1, 3, 10)


def test_completing_the_answering_times_keeps_what_the_office_set():
    RequestTarget.objects.filter(request_class=RequestClass.COMPLAINT).update(deliver=20)
    RequestTarget.objects.filter(request_class=RequestClass.REDIRECT).delete()
    targets.complete()
    assert targets.target(RequestClass.COMPLAINT).deliver == 20
    assert targets.target(RequestClass.REDIRECT).deliver == 3


@pytest.mark.parametrize("field", ["acknowledge", "decide", "deliver"])
def test_a_target_is_at_least_a_day(field):
    with pytest.raises(IntegrityError, match="request_target_at_least_a_day"), transaction.atomic():
        RequestTarget.objects.update(**{field: 0})


# Holidays ------------------------------------------------------------------------------------------------------------


def test_a_day_is_a_holiday_once():
    Holiday.objects.create(date=date(2026, 10, 12), name="Founding day")
    with pytest.raises(IntegrityError), transaction.atomic():
        Holiday.objects.create(date=date(2026, 10, 12), name="Another")


def test_a_country_s_list_fills_what_is_missing_and_nothing_else(office):
    Holiday.objects.create(date=date(2026, 12, 25), name="Our own Christmas")
    added = actions.fill_holidays("FR", [2026, 2027], actor=None)
    assert added == Holiday.objects.count() - 1 > 15
    assert Holiday.objects.get(date=date(2026, 12, 25)).name == "Our own Christmas"
    assert Holiday.objects.get(date=date(2027, 7, 14)).source == "national"
    assert Office.objects.get().holiday_country == "FR"
    assert actions.fill_holidays("FR", [2026, 2027], actor=None) == 0


def test_days_that_depend_on_the_moon_are_to_be_confirmed(office):
    actions.fill_holidays("EG", [2027], actor=None)
    unsure = Holiday.objects.filter(confirmed=False)
    assert unsure.exists()
    assert not unsure.filter(name__contains="estimated").exists()


@pytest.fixture
def told():
    """Who was told that the calendar changed."""
    calls = []

    def listen(*, actor):
        calls.append(actor)

    hooks.on_calendar_change(listen)
    yield calls
    hooks._calendar_hooks.remove(listen)


def test_due_dates_are_counted_again_when_the_calendar_changes(office, administrator, told):
    holiday = actions.save_holiday(Holiday(date=date(2026, 10, 12), name="Founding day"), actor=administrator)
    actions.remove_holiday(holiday, actor=administrator)
    office.cut_off = time(15)
    actions.save_office(office, actor=administrator)
    actions.save_target(targets.target(RequestClass.COMPLAINT), actor=administrator)
    actions.fill_holidays("FR", [2026], actor=administrator)
    assert told == [administrator] * 5


def test_due_dates_stay_when_something_else_changes(office, administrator, told):
    office.short_name = "BUR"
    actions.save_office(office, actor=administrator)
    actions.remove_holiday(Holiday(pk=999), actor=administrator)
    assert told == []


def test_a_failing_recount_takes_the_holiday_back(office, told):
    def fail(*, actor):
        raise RuntimeError("cannot count")

    hooks.on_calendar_change(fail)
    try:
        with pytest.raises(RuntimeError):
            actions.save_holiday(Holiday(date=date(2026, 10, 12), name="Founding day"), actor=None)
    finally:
        hooks._calendar_hooks.remove(fail)
    assert not Holiday.objects.exists()


def test_changes_of_the_office_are_in_its_history(office, administrator):
    office.short_name = "BUR"
    actions.save_office(office, actor=administrator)
    event = Office.pgh_event_model.objects.filter(pgh_label="update").latest("pgh_id")
    assert event.short_name == "BUR"
    assert event.pgh_context.metadata["actor"] == administrator.pk
    assert Office.objects.get().revision == 2
