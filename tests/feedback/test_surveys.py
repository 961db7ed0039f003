"""Follow-up surveys and the satisfaction figures made of them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from feedback import satisfaction, tasks
from feedback.actions import survey as actions
from feedback.models import Answer, FrameMember, Response, SurveyWave
from feedback.satisfaction import Period
from nso_contacts.mail import links
from nso_contacts.mail.models import Message
from nso_contacts.office import clock, dates
from stakeholders.models import Person, PersonEmail, UserSegment
from tests.factories import OrganisationFactory, held_workshop
from workshops.models import Attendance, Event

pytestmark = pytest.mark.django_db
ALL = {"W1": 4, "W2": 4, "W3": 3, "W4": 5, "W5": 5, "W6": 3, "W7": "More time for questions."}


@pytest.fixture
def make_event(liaison):
    """A workshop that was held, with nobody there yet."""
    return partial(held_workshop, organiser=liaison, start=datetime(2026, 8, 5, 9, tzinfo=UTC))


def attend(event, segment="GOVERNMENT", count=1):
    """That many people of one organisation of the segment took part."""
    organisation = OrganisationFactory(segment=UserSegment.objects.get(code=segment))
    people = Person.objects.bulk_create(Person(name=f"{segment.title()} {n}") for n in range(count))
    PersonEmail.objects.bulk_create(
        PersonEmail(person=p, address=f"p{p.pk}@x.example", is_primary=True) for p in people
    )
    Attendance.objects.bulk_create(
        Attendance(
            event=event,
            person=person,
            organisation=organisation,
            state="PRESENT_IN_PERSON",
            occurred_at=event.start,
            recorded_at=timezone.now(),
        )
        for person in people
    )


def fill(wave, segment, values):
    """Answers to W5 by the first members of a segment, all else left out."""
    members = wave.frame.filter(segment__code=segment).order_by("pk")[: len(values)]
    question = wave.survey.questions.get(code="W5")
    for member, value in zip(members, values, strict=True):
        response = Response.objects.create(member=member, submitted_at=timezone.now())
        Answer.objects.create(response=response, question=question, value=value)
        member.disposition = "COMPLETE"
        member.save()


def test_the_tick_opens_one_wave_however_often_it_comes(office, make_event):
    event = make_event()
    attend(event, count=3)
    tasks.tick()
    tasks.tick()
    wave = SurveyWave.objects.get()
    assert (wave.event, wave.population, wave.frame.count()) == (event, 3, 3)
    assert Message.objects.filter(purpose="feedback.survey_invitation").count() == 3
    event.refresh_from_db()
    assert event.status == Event.Status.FOLLOW_UP


def test_only_those_who_have_not_answered_are_reminded(office, make_event):
    event = make_event()
    attend(event, count=3)
    wave = actions.open_wave(event, actor=None)
    first, second, _third = wave.frame.order_by("pk")
    actions.answer(first, ALL, actor=first.person, final=True)
    actions.refuse(second, actor=second.person)
    assert actions.remind(wave, actor=None) == 1
    assert actions.remind(wave, actor=None) == 0


def token_of(member):
    return links.make(actions.LINK, member, timezone.now() + timedelta(days=3))


def test_a_survey_is_answered_behind_its_link_once(client, office, make_event):
    event = make_event()
    attend(event)
    member = actions.open_wave(event, actor=None).frame.get()
    path = f"/s/{token_of(member)}/"
    for _scanner in range(3):
        assert client.get(path).status_code == 200
    assert not Response.objects.exists()
    for number, code in enumerate(ALL, start=1):
        answer = client.post(path, {"question": number, "answer": ALL[code]})
        assert answer.status_code == 302
    member.refresh_from_db()
    assert member.disposition == "COMPLETE"
    assert Answer.objects.get(question__code="W5").value == 5
    again = client.post(path, {"question": 5, "answer": 1})
    assert "Your answers have arrived" in again.content.decode()
    assert Answer.objects.get(question__code="W5").value == 5


def test_the_survey_goes_on_where_it_was_left(client, office, make_event):
    event = make_event()
    attend(event)
    member = actions.open_wave(event, actor=None).frame.get()
    path = f"/s/{token_of(member)}/"
    client.post(path, {"question": 1, "answer": 4})
    client.post(path, {"question": 2, "answer": 4})
    assert "3 of 7" in client.get(path).content.decode()
    assert client.post(path, {"question": 5}).status_code == 422
    client.post(path, {"question": 7, "answer": ""})
    member.refresh_from_db()
    assert member.disposition == "PARTIAL"


def test_a_closed_survey_says_so(client, office, make_event):
    event = make_event()
    attend(event)
    wave = actions.open_wave(event, actor=None)
    member = wave.frame.get()
    path = f"/s/{token_of(member)}/"
    actions.close(wave, actor=None)
    page = client.get(path)
    assert page.status_code == 410
    assert f"Answers were taken until {dates.full(clock.today())}." in page.content.decode()
    assert client.post(path, {"question": 5, "answer": 1}).status_code == 410
    assert client.get("/s/nothing/").status_code == 404


def test_a_survey_that_is_not_written_in_a_language_of_the_office_is_not_sent(office, make_event):
    office.languages = ["en", "es"]
    office.save()
    event = make_event()
    attend(event)
    with pytest.raises(ValidationError, match="es"):
        actions.open_wave(event, actor=None)
    assert not SurveyWave.objects.exists()


@pytest.fixture
def quarter(office, make_event):
    """The quarter of the design: 111 attendances, 76 answers, 61 satisfied; small groups of 4 and 3 answers."""
    event = make_event()
    groups = {
        "GOVERNMENT": (73, 52, 43),
        "RESEARCH": (15, 11, 9),
        "BUSINESS": (14, 6, 5),
        "INTERNATIONAL": (6, 4, 2),
        "MEDIA": (3, 3, 2),
    }
    for segment, (asked, _answers, _satisfied) in groups.items():
        attend(event, segment, asked)
    wave = actions.open_wave(event, actor=None)
    for segment, (_asked, answers, satisfied) in groups.items():
        fill(wave, segment, [4] * satisfied + [2] * (answers - satisfied))
    SurveyWave.objects.update(opened_at=datetime(2026, 8, 6, tzinfo=UTC))
    wave.refresh_from_db()
    actions.close(wave, actor=None)
    return wave


def test_the_figures_of_a_quarter(signed_in, manager, quarter):
    result = satisfaction.of_period(Period(2026, 3))
    total = result.total
    assert (total.tally.population, total.n, total.satisfied) == (111, 76, 61)
    assert str(total.percent) == "80.3"
    assert [str(end) for end in total.interval] == ["74.8", "84.8"]
    assert str(result.response_rate) == "68.5"
    assert {share.label: share.is_shown for share in result.segments} == {
        "Central government": True,
        "Business": True,
        "Media": False,
        "Research": True,
        "International organisations": False,
    }
    page = signed_in(manager).get("/insight/satisfaction/?period=2026-3").content.decode()
    assert "61 of 76 answers" in page
    assert "74.8 to 84.8" in page
    assert "People who attended our workshops; not all users." in page


def test_the_export_holds_what_the_page_shows(signed_in, manager, quarter):
    answer = signed_in(manager).get("/insight/satisfaction/?period=2026-3&format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    hidden = [row for row in rows if "c" in row]
    assert len(hidden) == 2
    assert all(row[3:] == ["c", "c", "c", "c"] for row in hidden)
    assert ["", "All", "111", "76", "80.3", "74.8", "84.8"] in rows


def test_segments_wait_until_the_quarter_is_complete(office, make_event, quarter):
    later = make_event(start=datetime(2026, 9, 3, 9, tzinfo=UTC), title="Health accounts")
    attend(later, "GOVERNMENT", 6)
    assert satisfaction.of_period(Period(2026, 3)).segments == []


def test_unanimous_small_groups_show_only_their_number(office, make_event):
    event = make_event()
    attend(event, count=9)
    wave = actions.open_wave(event, actor=None)
    fill(wave, "GOVERNMENT", [5, 4, 5, 4, 5, 4])
    SurveyWave.objects.update(opened_at=datetime(2026, 8, 6, tzinfo=UTC))
    wave.refresh_from_db()
    actions.close(wave, actor=None)
    total = satisfaction.of_period(Period(2026, 3)).total
    assert (total.n, total.percent, total.is_shown) == (6, None, False)


def test_nobody_answered_is_not_nought_per_cent(signed_in, manager, office, make_event):
    event = make_event()
    attend(event, count=6)
    wave = actions.open_wave(event, actor=None)
    actions.close(wave, actor=None)
    page = signed_in(manager).get("/insight/satisfaction/").content.decode()
    assert "n/a" in page
    assert ">0%" not in page.replace("\n", "").split("Response rate")[0]


def test_the_pages_of_staff_open(signed_in, liaison, quarter):
    client = signed_in(liaison)
    for path in (
        "/surveys/",
        f"/surveys/{quarter.pk}/",
        f"/surveys/asked/?wave={quarter.pk}",
        "/insight/satisfaction/?period=2026",
        f"/insight/satisfaction/?workshop={quarter.pk}",
        f"/workshops/{quarter.event_id}/",
        f"/workshops/{quarter.event_id}/?tab=survey",
    ):
        assert client.get(path).status_code == 200, path


def test_no_answer_stands_beside_a_name(signed_in, administrator, quarter):
    Answer.objects.filter(question__code="W5").update(text="")
    page = signed_in(administrator).get(f"/surveys/asked/?wave={quarter.pk}").content.decode()
    assert FrameMember.objects.first().person.name in page
    assert "atisfied" not in page.split("<main")[1]
