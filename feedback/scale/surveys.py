"""Surveys: one after each workshop, and each year the long one among all users, with millions of answers."""

import json
from datetime import date, timedelta

from ..models import Answer, FrameMember, Question, Response, Survey, SurveyWave
from .country import Country
from .sheet import NULL, Sheet
from .size import YEARS
from .tables import unindexed

QUESTIONS = 32  # of the long survey; about one of twenty is left out
LEFT_OUT = 0.05
AT_ONCE = 0.70  # of the answers come within 48 hours of the invitation or of the reminder
POINTS = {"S5": (5, 4, 4, 3, 4, 5, 2, 4, 3, 1), "Q5": (4, 3, 4, 5, 2, 4, 3, 4), "YES_PARTLY_NO": (3, 3, 2, 1)}
TITLE = {"en": "User satisfaction survey", "fr": "Enquête auprès des utilisateurs", "ar": "استطلاع رضا المستخدمين"}
WORDS = ("More time for questions.", "Show district figures.", "Release earlier in the day.")
FRAME = ("wave_id", "person_id", "attendance_id", "segment_id", "disposition")


def load(country: Country) -> None:
    """The waves of five years in order of the day they were opened."""
    size = country.size
    share = size.survey_responses / size.survey_invitations
    country.asked = []  # of the last year: member of a frame, person, day
    short = Survey.objects.get(kind=Survey.Kind.WORKSHOP_FOLLOW_UP, is_default=True)
    brief = [(question.pk, question.scale) for question in Question.objects.filter(survey=short).order_by("position")]
    with unindexed(SurveyWave, FrameMember, Response, Answer):
        with Sheet(Survey, "kind", "title", "is_default", "created_at") as surveys:
            title = json.dumps(TITLE, ensure_ascii=False)
            long = surveys.write("USER_SATISFACTION", title, True, country.at_hour(country.first, 9))
        with Sheet(Question, "survey_id", "code", "position", "text", "scale") as questions:
            full = [
                (questions.write(long, f"Q{number}", number, f"Question {number}", scale), scale)
                for number in range(1, QUESTIONS + 1)
                for scale in ["TEXT" if number == QUESTIONS else "Q5" if number % 2 else "S5"]
            ]
        with (
            Sheet(
                SurveyWave,
                "survey_id",
                "event_id",
                "opened_at",
                "remind_at",
                "reminded_at",
                "closes_at",
                "closed_at",
                "population",
                "created_at",
            ) as waves,
            Sheet(FrameMember, *FRAME) as frame,
            Sheet(Response, "member_id", "submitted_at") as responses,
            Sheet(Answer, "response_id", "question_id", "value", "text") as answers,
        ):
            desk = Desk(country, waves, (frame, responses, answers), share)
            followed = 0
            for held in country.held:
                desk.ask((short.pk, held.key), held.day, held.present, brief)
                followed += len(held.present)
            rest = country.years(size.survey_invitations) - followed
            everybody = country.often + country.seldom
            for year in range(YEARS):
                number = rest * (year + 1) // YEARS - rest * year // YEARS
                day = country.calendar.working_day_from(country.first + timedelta(days=200 + 365 * year))
                people = [(person, country.place[person], 0) for person in country.spread(everybody, number)]
                desk.ask((long, None), day, people, full)


class Desk:
    """Opens waves, asks people and takes their answers; `share` of them answer."""

    def __init__(self, country: Country, waves: Sheet, sheets: tuple[Sheet, Sheet, Sheet], share: float) -> None:
        self.country = country
        self.waves = waves
        self.frame, self.responses, self.answers = sheets
        self.share = share

    def ask(self, survey: tuple[int, int | None], day: date, people: list, questions: list[tuple[int, str]]) -> None:
        """One wave of a survey, about an event or none: freeze the frame and let a share of it answer."""
        country, draw = self.country, self.country.random.random
        wave, opened = self.open(survey, day, len(people))
        recent = (country.last - opened).days < 365
        asked = [(question, POINTS.get(scale, ())) for question, scale in questions]
        for person, organisation, attendance in people:
            answered = draw() < self.share
            state = "COMPLETE" if answered else "NON_CONTACT" if draw() < 0.97 else "BOUNCED"
            segment = country.segment_of[organisation]
            member = self.frame.put(f"{wave}\t{person}\t{attendance or NULL}\t{segment}\t{state}")
            if recent:
                country.asked.append((member, person, opened))
            if answered:
                self.answer(member, opened, asked)

    def open(self, survey: tuple[int, int | None], day: date, population: int) -> tuple[int, date]:
        """A wave, opened the day after `day` and closed two weeks after it; its number and first day."""
        country = self.country
        opened, remind, closes = (country.calendar.milestone(day, step) for step in (1, 7, 14))
        opens_at = country.then(opened, 9)
        remind_at, closes_at = country.at_hour(remind, 9), country.at_hour(closes, 17)
        key = self.waves.write(
            *survey,
            opens_at,
            remind_at,
            remind_at if remind <= country.last else None,
            closes_at,
            closes_at if closes <= country.last else None,
            population,
            opens_at,
        )
        return key, opened

    def answer(self, member: int, opened: date, asked: list[tuple[int, tuple[int, ...]]]) -> None:
        """What one person answers, soon after the invitation or the reminder; a question is left out now and then."""
        country, draw = self.country, self.country.random.random
        days = 0 if draw() < 0.6 else 6
        days += int(draw() * 2) if draw() < AT_ONCE else 2 + int(draw() * 4)
        at = country.at_hour(min(opened + timedelta(days=days), country.last), 9 + int(draw() * 9), int(draw() * 60))
        response = self.responses.put(f"{member}\t{at}")
        for question, points in asked:
            chosen = draw()
            if chosen < LEFT_OUT:
                continue
            if points:
                self.answers.put(f"{response}\t{question}\t{points[int(chosen * len(points))]}\t")
            elif chosen < 0.3:
                self.answers.put(f"{response}\t{question}\t\\N\t{WORDS[member % len(WORDS)]}")
