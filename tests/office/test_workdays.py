from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nso_contacts.office.workdays import Calendar, Clock, ClockDay, DayKind, Pause, Remaining

MONDAY_TO_FRIDAY = frozenset(range(5))
ZONE = ZoneInfo("Africa/Tunis")


def calendar(*holidays, weekdays=MONDAY_TO_FRIDAY):
    return Calendar(weekdays, frozenset(holidays), opens=time(9), closes=time(17), cutoff=time(16))


EASTER = calendar(date(2026, 4, 3), date(2026, 4, 6))
PLAIN = calendar()


def april(day):
    return date(2026, 4, day)


def at(month, day, hour, minute=0, second=0):
    return datetime(2026, month, day, hour, minute, second, tzinfo=ZONE)


def october(day, hour=None, minute=0):
    return date(2026, 10, day) if hour is None else at(10, day, hour, minute)


# Calendar


def test_an_office_must_work_some_day_and_some_hours():
    with pytest.raises(ValueError):
        calendar(weekdays=frozenset())
    with pytest.raises(ValueError):
        calendar(weekdays=frozenset({5, 7}))
    with pytest.raises(ValueError):
        Calendar(MONDAY_TO_FRIDAY, frozenset(), opens=time(17), closes=time(17), cutoff=time(16))


def test_weekends_and_holidays_are_not_working_days():
    working = [day for day in range(1, 12) if EASTER.is_working_day(april(day))]
    assert working == [1, 2, 7, 8, 9, 10]


def test_the_week_can_begin_on_sunday():
    gulf = calendar(weekdays=frozenset({6, 0, 1, 2, 3}))
    assert gulf.next_working_day(october(8)) == october(11)  # Thursday to Sunday
    assert gulf.previous_working_day(october(11)) == october(8)


def test_neighbouring_working_days():
    assert EASTER.next_working_day(april(2)) == april(7)
    assert EASTER.previous_working_day(april(7)) == april(2)
    assert EASTER.working_day_from(april(7)) == april(7)
    assert EASTER.working_day_until(april(5)) == april(2)


def test_counting_over_easter():
    assert EASTER.add_working_days(date(2026, 3, 30), 1) == date(2026, 3, 31)
    assert EASTER.add_working_days(date(2026, 3, 30), 5) == april(8)
    assert EASTER.add_working_days(date(2026, 3, 30), 10) == april(15)
    assert EASTER.add_working_days(april(8), -5) == date(2026, 3, 30)
    assert EASTER.add_working_days(april(5), 0) == april(5)
    assert EASTER.working_days_between(april(1), april(9)) == 4
    assert EASTER.working_days_between(april(9), april(1)) == 0


@pytest.mark.parametrize(
    ("received", "day_zero"),
    [
        (at(3, 30, 10), date(2026, 3, 30)),
        (at(3, 30, 15, 59, 59), date(2026, 3, 30)),
        (at(3, 30, 16), date(2026, 3, 31)),
        (at(3, 28, 10), date(2026, 3, 30)),  # Saturday
        (at(4, 2, 18), date(2026, 4, 7)),  # Thursday evening before Easter
    ],
)
def test_day_zero_follows_the_cut_off(received, day_zero):
    assert EASTER.day_zero(received) == day_zero


WORKSHOP = date(2026, 9, 15)


@pytest.mark.parametrize(
    ("offset", "day"),
    [
        (-42, date(2026, 8, 4)),
        (-14, date(2026, 9, 1)),
        (-3, date(2026, 9, 11)),  # Saturday the 12th moves back to Friday
        (0, WORKSHOP),
        (1, date(2026, 9, 16)),
        (7, date(2026, 9, 22)),
        (14, date(2026, 9, 29)),
        (4, date(2026, 9, 21)),  # Saturday the 19th moves on to Monday
    ],
)
def test_milestones_of_a_workshop_fall_on_working_days(offset, day):
    assert PLAIN.milestone(WORKSHOP, offset) == day


def test_a_workshop_on_a_day_off_stays_there():
    assert PLAIN.milestone(date(2026, 9, 12), 0) == date(2026, 9, 12)


# Clock over Easter

RECEIVED = at(3, 30, 10)
PAUSED = Clock(EASTER, RECEIVED, 10, (Pause(april(1), april(9)),))


def test_due_without_a_pause():
    assert Clock(EASTER, RECEIVED, 1).due_on == date(2026, 3, 31)
    assert Clock(EASTER, RECEIVED, 5).due_on == april(8)
    assert Clock(EASTER, RECEIVED, 10).due_on == april(15)
    assert Clock(EASTER, RECEIVED, 0).due_on == date(2026, 3, 30)


def test_a_pause_moves_the_due_day_by_its_working_days():
    assert PAUSED.due_on == april(21)
    assert PAUSED.due_at == at(4, 21, 17)
    delivered = april(17)
    assert (PAUSED.gross(delivered), PAUSED.paused(delivered), PAUSED.net(delivered)) == (12, 4, 8)
    assert PAUSED.is_on_time(delivered)
    assert PAUSED.is_on_time(april(21))
    assert not PAUSED.is_on_time(april(22))


def test_due_keeps_the_zone_of_the_start():
    assert PAUSED.due_at.tzinfo == ZONE
    assert Clock(EASTER, RECEIVED.replace(tzinfo=None), 10).due_at.tzinfo is None


def test_overlapping_pauses_count_once():
    twice = (Pause(april(1), april(8)), Pause(april(7), april(9)), Pause(april(9), april(9)))
    clock = Clock(EASTER, RECEIVED, 10, twice)
    assert (clock.paused(april(17)), clock.due_on) == (4, april(21))


def test_while_paused_there_is_no_due_day():
    clock = Clock(EASTER, RECEIVED, 10, (Pause(april(1)),))
    assert (clock.due_on, clock.due_at) == (None, None)
    assert clock.due_if_resumed(april(9)) == april(21)
    assert clock.due_if_resumed(date(2026, 3, 31)) == april(15)
    assert clock.net(april(9)) == 2
    assert (clock.is_paused(date(2026, 3, 31)), clock.is_paused(april(1))) == (False, True)


def test_a_pause_on_the_due_day_moves_it_and_one_after_it_does_not():
    assert Clock(PLAIN, october(1, 10), 2, (Pause(october(5), october(7)),)).due_on == october(7)
    assert Clock(PLAIN, october(1, 10), 2, (Pause(october(6), october(7)),)).due_on == october(5)


def test_a_pause_cannot_end_before_it_starts():
    with pytest.raises(ValueError):
        Pause(april(2), april(1))


def test_a_target_cannot_be_negative():
    with pytest.raises(ValueError):
        PLAIN.due(april(1), -1)


def test_a_warning_comes_at_three_quarters():
    clock = Clock(PLAIN, october(1, 10), 8)
    assert next(day for day in range(1, 15) if clock.is_warning(october(day))) == 9
    assert clock.net(october(9)) == 6


# A request received Thursday 1 October 2026 at 15:20, its question answered on Wednesday 7

REQUEST = Clock(PLAIN, october(1, 15, 20), 7, (Pause(october(2), october(7)),))


def test_seven_days_and_three_paused():
    assert REQUEST.day_zero == october(1)
    assert REQUEST.due_at == october(15, 17)
    assert REQUEST.paused(october(13)) == 3
    assert REQUEST.net(october(13)) == 5


def test_the_count_explains_itself_day_by_day():
    days = REQUEST.explain(october(15))

    assert days == [
        ClockDay(october(1), DayKind.DAY_ZERO, 0),
        ClockDay(october(2), DayKind.WORKING, 1),
        ClockDay(october(3), DayKind.WEEKEND),
        ClockDay(october(4), DayKind.WEEKEND),
        ClockDay(october(5), DayKind.PAUSED),
        ClockDay(october(6), DayKind.PAUSED),
        ClockDay(october(7), DayKind.PAUSED),
        ClockDay(october(8), DayKind.WORKING, 2),
        ClockDay(october(9), DayKind.WORKING, 3),
        ClockDay(october(10), DayKind.WEEKEND),
        ClockDay(october(11), DayKind.WEEKEND),
        ClockDay(october(12), DayKind.WORKING, 4),
        ClockDay(october(13), DayKind.WORKING, 5),
        ClockDay(october(14), DayKind.WORKING, 6),
        ClockDay(october(15), DayKind.WORKING, 7),
    ]


def test_the_explanation_names_holidays_and_days_before_the_start():
    clock = Clock(EASTER, at(4, 2, 18), 1)

    assert [(day.date, day.kind) for day in clock.explain(april(8))] == [
        (april(2), DayKind.BEFORE),
        (april(3), DayKind.BEFORE),
        (april(4), DayKind.BEFORE),
        (april(5), DayKind.BEFORE),
        (april(6), DayKind.BEFORE),
        (april(7), DayKind.DAY_ZERO),
        (april(8), DayKind.WORKING),
    ]
    assert [day.date for day in clock.explain(april(3))] == [april(2), april(3)]
    assert clock.explain(april(1)) == []
    assert PAUSED.explain(april(6))[-1].kind == DayKind.HOLIDAY


@pytest.mark.parametrize(
    ("now", "remaining"),
    [
        (october(13, 11), Remaining(2, timedelta(hours=6))),
        (october(13, 8), Remaining(3, timedelta())),
        (october(13, 9), Remaining(3, timedelta())),
        (october(13, 9, 1), Remaining(2, timedelta(hours=7, minutes=59))),
        (october(13, 18), Remaining(2, timedelta())),
        (october(10, 11), Remaining(4, timedelta())),  # Saturday
        (october(6, 11), Remaining(6, timedelta())),  # a day that was paused
        (october(1, 16), Remaining(7, timedelta(hours=1))),
        (october(15, 16, 30), Remaining(0, timedelta(minutes=30))),
        (october(15, 18), Remaining(0, timedelta())),
        (october(16, 8), Remaining(0, timedelta(), late_days=1)),
        (october(18, 8), Remaining(0, timedelta(), late_days=1)),  # Sunday
        (october(19, 8), Remaining(0, timedelta(), late_days=2)),
    ],
)
def test_what_is_left(now, remaining):
    assert REQUEST.remaining(now) == remaining


def test_what_is_left_stands_still_while_paused():
    clock = Clock(PLAIN, october(1, 15, 20), 7, (Pause(october(2)),))
    assert clock.remaining(october(1, 16)) == Remaining(7, timedelta(hours=1))
    assert clock.remaining(october(5, 11)) == Remaining(6, timedelta(), paused=True)
    assert clock.remaining(october(9, 11)) == Remaining(6, timedelta(), paused=True)
    late = Clock(PLAIN, october(1, 15, 20), 1, (Pause(october(6)),))
    assert late.remaining(october(9, 11)) == Remaining(0, timedelta(), late_days=2, paused=True)


def test_before_day_zero_the_days_until_it_are_left_as_well():
    clock = Clock(PLAIN, october(1, 16, 30), 2)
    assert clock.remaining(october(1, 16, 30)) == Remaining(3, timedelta(minutes=30))
    assert clock.remaining(october(2, 10)) == Remaining(2, timedelta(hours=7))


# Whatever the calendar

DATES = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def calendars(draw):
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return calendar(*draw(st.frozensets(DATES, max_size=60)), weekdays=weekdays)


@st.composite
def ended_pauses(draw):
    start = draw(st.dates(date(2026, 1, 1), date(2026, 4, 1)))
    return Pause(start, start + timedelta(draw(st.integers(0, 20))))


@st.composite
def clocks(draw):
    started = datetime.combine(draw(st.dates(date(2026, 1, 1), date(2026, 3, 1))), draw(st.times()))
    pauses = draw(st.lists(ended_pauses(), max_size=3))
    return Clock(draw(calendars()), started, draw(st.integers(0, 40)), tuple(pauses))


@given(calendars(), DATES, st.integers(0, 60))
def test_adding_and_counting_are_each_others_inverse(office, day, count):
    later = office.add_working_days(day, count)
    assert office.working_days_between(day, later) == count
    assert count == 0 or office.is_working_day(later)
    if office.is_working_day(day):
        assert office.add_working_days(later, -count) == day


@given(calendars(), DATES, st.integers(-10, 120))
def test_counting_agrees_with_looking_at_each_day(office, day, length):
    until = day + timedelta(length)
    days = [day + timedelta(step) for step in range(1, length + 1)]
    assert office.working_days_between(day, until) == sum(map(office.is_working_day, days))


@given(calendars(), st.tuples(DATES, DATES, DATES))
def test_counts_add_up(office, days):
    first, second, third = sorted(days)
    parts = office.working_days_between(first, second) + office.working_days_between(second, third)
    assert parts == office.working_days_between(first, third)


@given(calendars(), DATES, st.integers(-80, 80))
def test_messages_go_out_on_working_days_on_their_side_of_the_event(office, event_day, offset):
    day = office.milestone(event_day, offset)
    planned = event_day + timedelta(offset)
    assert office.is_working_day(day) or offset == 0
    assert day <= planned < event_day if offset < 0 else event_day <= planned <= day


@given(clocks())
def test_the_due_day_is_the_last_on_time(clock):
    due = clock.due_on
    assert clock.calendar.is_working_day(due) or due == clock.day_zero
    assert clock.net(due) == clock.target_days
    assert clock.is_on_time(due)
    assert not clock.is_on_time(clock.calendar.next_working_day(due))


@given(clocks())
def test_a_pause_shifts_the_due_day_by_its_working_days(clock):
    unpaused = Clock(clock.calendar, clock.started, clock.target_days).due_on
    assert clock.due_on == clock.calendar.add_working_days(unpaused, clock.paused(clock.due_on))


@given(clocks(), ended_pauses())
def test_another_pause_never_brings_the_due_day_forward(clock, pause):
    assert Clock(clock.calendar, clock.started, clock.target_days, (*clock.pauses, pause)).due_on >= clock.due_on


@given(clocks(), st.integers(1, 90))
def test_the_explanation_agrees_with_the_counts(clock, length):
    until = clock.day_zero + timedelta(length)
    days = clock.explain(until)

    assert [day.date for day in days] == [
        clock.started.date() + timedelta(step) for step in range((until - clock.started.date()).days + 1)
    ]
    assert max(day.number for day in days if day.number is not None) == clock.net(until)
    assert sum(day.kind in {DayKind.WORKING, DayKind.PAUSED} for day in days) == clock.gross(until)


@given(clocks(), st.integers(0, 90), st.times(), st.integers(1, 3000))
def test_what_is_left_never_grows(clock, length, moment, minutes):
    now = datetime.combine(clock.started.date() + timedelta(length), moment)
    earlier, later = clock.remaining(now), clock.remaining(now + timedelta(minutes=minutes))
    day = clock.calendar.working_time
    assert earlier.days * day + earlier.time >= later.days * day + later.time
    assert earlier.late_days <= later.late_days
    assert earlier.time < day
