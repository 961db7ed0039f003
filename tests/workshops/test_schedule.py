"""When messages are due: the dated oracle, working days, and clocks that are put forward and back."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from nso_contacts.office.workdays import Calendar
from workshops import schedule
from workshops.models import Milestone

Kind = Milestone.Kind
UTC_ZONE = ZoneInfo("UTC")


def calendar(*holidays):
    return Calendar(frozenset(range(5)), frozenset(holidays), time(9), time(17), time(16))


def test_the_dated_oracle_of_a_workshop_on_15_september_2026():
    day = date(2026, 9, 15)
    found = {kind: schedule.due_day(kind, day, calendar()) for kind in schedule.OFFSETS}

    assert found == {
        Kind.SAVE_THE_DATE: date(2026, 7, 2),
        Kind.INVITATION: date(2026, 8, 4),
        Kind.REMINDER: date(2026, 8, 25),
        Kind.LAST_REMINDER: date(2026, 9, 1),
        Kind.CALLS: date(2026, 9, 8),
        Kind.CONFIRMATION: date(2026, 9, 11),
        Kind.JOINING_LINK: date(2026, 9, 14),
        Kind.THANKS: date(2026, 9, 16),
        Kind.MISSED: date(2026, 9, 16),
        Kind.OUTCOMES: date(2026, 9, 29),
    }


def test_a_step_on_a_holiday_moves_away_from_the_event():
    off = calendar(date(2026, 9, 11), date(2026, 9, 16), date(2026, 9, 17))

    assert schedule.due_day(Kind.CONFIRMATION, date(2026, 9, 15), off) == date(2026, 9, 10)
    assert schedule.due_day(Kind.MISSED, date(2026, 9, 15), off) == date(2026, 9, 18)


def test_messages_go_out_when_the_office_opens_in_its_own_zone():
    paris = ZoneInfo("Europe/Paris")
    [step] = schedule.steps([Kind.INVITATION], date(2026, 12, 10), calendar(), paris)

    assert step.due_at == datetime(2026, 10, 29, 8, 0, tzinfo=UTC)  # after the clocks were put back: 09:00 is 08:00 UTC


def test_an_event_without_a_link_has_no_joining_link_and_a_survey_brings_the_thanks():
    kinds = schedule.wanted(has_link=False, survey_wanted=True, is_draft=True)

    assert [kind for kind in schedule.OFFSETS if kind not in kinds] == [Kind.JOINING_LINK, Kind.THANKS]
    assert schedule.wanted(has_link=True, survey_wanted=False, is_draft=True) == list(schedule.OFFSETS)


def test_a_day_to_keep_free_is_told_only_while_the_invitations_are_still_to_come():
    assert Kind.SAVE_THE_DATE not in schedule.wanted(has_link=True, survey_wanted=True)


def test_a_meeting_is_called_three_weeks_ahead_and_gets_its_papers_ten_days_ahead():
    day = date(2026, 9, 15)
    kinds = schedule.wanted(has_link=True, survey_wanted=False, is_draft=True, is_meeting=True)

    assert {kind: schedule.due_day(kind, day, calendar(), is_meeting=True) for kind in kinds} == {
        Kind.INVITATION: date(2026, 8, 25),
        Kind.REMINDER: date(2026, 9, 1),
        Kind.CONFIRMATION: date(2026, 9, 4),
        Kind.LAST_REMINDER: date(2026, 9, 8),
        Kind.JOINING_LINK: date(2026, 9, 14),
        Kind.OUTCOMES: date(2026, 9, 29),
    }


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        ("Europe/Paris", date(2026, 7, 1), time(9, 30), datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ("Europe/Paris", date(2026, 12, 1), time(9, 30), datetime(2026, 12, 1, 8, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", date(2026, 12, 1), time(9, 30), datetime(2026, 12, 1, 3, 45, tzinfo=UTC)),
        # Clocks are put back from 03:00 to 02:00: 02:30 comes twice, and the first one is meant.
        ("Europe/Paris", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_wall_clock_time_is_the_moment_at_which_the_clocks_of_the_place_show_it(zone, day, clock, expected):
    assert schedule.instant(day, clock, ZoneInfo(zone)) == expected


def test_a_time_that_the_clocks_leave_out_is_refused():
    with pytest.raises(schedule.NoSuchTime):
        schedule.instant(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Paris"))


def test_the_last_day_for_replies_comes_nearer_when_the_event_is_near():
    day = date(2026, 9, 15)

    assert schedule.reply_by(day, calendar(), date(2026, 8, 1)) == date(2026, 9, 1)
    assert schedule.reply_by(day, calendar(), date(2026, 9, 1)) == date(2026, 9, 8)
    assert schedule.reply_by(day, calendar(), date(2026, 9, 9)) == date(2026, 9, 11)
    assert schedule.reply_by(day, calendar(), date(2026, 9, 14)) == date(2026, 9, 15)
