"""Follow-up surveys of the workshops: closed ones whose satisfaction falls, and the open one of last week."""

from datetime import timedelta

from ..follow_up_survey import OVERALL
from ..models import Answer, FrameMember, Question, Response, Survey, SurveyWave
from .story import Story

# Workshop: answers of those asked, and the share of them who are satisfied.
CLOSED = {
    "access": (28, 0.93),
    "census": (34, 0.91),
    "trade": (25, 0.88),
    "rebasing": (27, 0.85),
    "harvest": (12, 0.58),
    "researchers": (27, 0.81),
    "accounts": (18, 0.67),
    "budget": (31, 0.77),
}
OPEN = {"lfs": (24, 0.88)}
PRESENT = ("PRESENT_IN_PERSON", "PRESENT_ONLINE", "PARTIAL")
WORDS = [
    "Send the tables before the workshop.",
    "More time for questions.",
    "Earlier in the day.",
    "Show regional figures.",
]


def load(story: Story) -> None:
    """Open a wave for each workshop, freeze who is asked, and let some of them answer."""
    survey = Survey.objects.get(kind=Survey.Kind.WORKSHOP_FOLLOW_UP, is_default=True)
    questions = list(Question.objects.filter(survey=survey).order_by("position"))
    members, responses, answers = [], [], []
    for key, (number, share) in (CLOSED | OPEN).items():
        event = story.events[key]
        present = [row for row in event.guests if row.state in PRESENT]
        wave = open_wave(story, survey, event, len(present), is_open=key in OPEN)
        frame = [
            FrameMember(wave=wave, person=row.person, attendance=row, segment=row.organisation.segment)
            for row in present
        ]
        members += frame
        who = story.spread(frame, number)
        satisfied = round(number * share)
        for place, member in enumerate(who):
            member.disposition = FrameMember.Disposition.COMPLETE
            response = Response(
                member=member,
                submitted_at=min(wave.opened_at + timedelta(days=place % 10, hours=place % 7), story.now),
            )
            responses.append(response)
            answers += [answer(response, question, place, satisfied) for question in questions]
    FrameMember.objects.bulk_create(members)
    Response.objects.bulk_create(responses)
    Answer.objects.bulk_create([row for row in answers if row is not None])


def open_wave(story: Story, survey: Survey, event, population: int, *, is_open: bool) -> SurveyWave:
    """One wave, opened the day after its workshop and closed two weeks after it."""
    calendar = story.calendar
    opened = min(story.moment(calendar.milestone(event.day, 1), 9), story.now - timedelta(hours=2))
    closes = story.moment(calendar.milestone(event.day, 14), 17)
    remind = max(story.moment(calendar.milestone(event.day, 7), 9), opened + timedelta(days=1))
    return SurveyWave.objects.create(
        survey=survey,
        event=event,
        opened_at=opened,
        remind_at=remind if not is_open else max(remind, story.now + timedelta(days=2)),
        reminded_at=None if is_open else remind,
        closes_at=closes,
        closed_at=None if is_open else min(closes, story.now),
        population=population,
    )


def answer(response: Response, question: Question, place: int, satisfied: int) -> Answer | None:
    """What one guest thinks: the first so many of those who answered are satisfied."""
    happy = place < satisfied
    if question.code == OVERALL:
        return Answer(response=response, question=question, value=(4 + place % 2) if happy else 1 + place % 3)
    if question.scale == Question.Scale.TEXT:
        return Answer(response=response, question=question, text=WORDS[place % len(WORDS)]) if place % 5 == 0 else None
    if question.scale == Question.Scale.YES_PARTLY_NO:
        return Answer(response=response, question=question, value=3 if happy else 1 + place % 2)
    return Answer(response=response, question=question, value=(3 + place % 3) if happy else 2 + place % 2)
