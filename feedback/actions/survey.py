"""Follow-up surveys: a wave opens with a frozen frame, reminds once, takes answers and closes."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts import office
from nso_contacts.accounts.models import User
from nso_contacts.audit.trail import action
from nso_contacts.mail import links, outbox
from nso_contacts.mail.outbox import Letter
from nso_contacts.office.models import Office
from stakeholders.models import Person
from workshops import schedule
from workshops.actions import event as events
from workshops.invitees import language_of, with_obstacle
from workshops.models import Attendance, Event

from ..models import Answer, FrameMember, Question, Response, Survey, SurveyWave

LINK = "feedback.survey"
INVITATION, REMINDER = "feedback.survey_invitation", "feedback.survey_reminder"
OPENS, REMINDS, CLOSES = 1, 7, 14  # calendar days after the workshop
Disposition = FrameMember.Disposition


def planned(event: Event, days: int, clock: str = "opens") -> datetime:
    """The moment of a step so many days after an event, on a working day of the office."""
    calendar, current = office.calendar(), Office.objects.current()
    return schedule.instant(calendar.milestone(event.day, days), getattr(calendar, clock), current.zone)


def waiting_events(now: datetime) -> QuerySet[Event]:
    """Workshops that were held, want a survey and have none yet."""
    return Event.objects.filter(
        kind=Event.Kind.WORKSHOP,
        survey_wanted=True,
        held_at__isnull=False,
        follow_up_wave=None,
        status__in=[Event.Status.HELD, Event.Status.FOLLOW_UP],
        end__lte=now,
    )


def missing_texts(survey: Survey) -> list[str]:
    """The languages of the office in which a text of the survey is missing."""
    texts = [survey.title, *(question.text for question in survey.questions.all())]
    return [
        language
        for language in Office.objects.current().languages
        if any(not (text.data.get(language) if isinstance(text.data, dict) else text.data) for text in texts)
    ]


@action
def open_wave(event: Event, *, actor: User | None) -> SurveyWave | None:
    """Open the follow-up of a held event: freeze who is asked, thank them and ask. None if there is nobody to ask.

    Doing it twice, also at the same moment, opens one wave: the event is locked, and a wave has its event once.
    """
    event = Event.objects.select_for_update(of=("self",)).get(pk=event.pk)
    wave = SurveyWave.objects.filter(event=event).first()
    if wave is not None:
        return wave
    if not event.is_over:
        raise ValidationError(_("Mark the workshop as held first."))
    survey = Survey.objects.get(kind=Survey.Kind.WORKSHOP_FOLLOW_UP, is_default=True)
    if missing := missing_texts(survey):
        raise ValidationError(
            _("The survey is not written in all languages of the office yet: %(languages)s."),
            params={"languages": ", ".join(missing)},
        )
    present = Attendance.objects.filter(event=event).present().select_related("person", "organisation")
    if not present:
        return None
    now = timezone.now()
    wave = SurveyWave.objects.create(
        survey=survey,
        event=event,
        opened_at=now,
        remind_at=max(planned(event, REMINDS), now + timedelta(days=2)),
        closes_at=max(planned(event, CLOSES, "closes"), now + timedelta(days=7)),
        population=len(present),
    )
    FrameMember.objects.bulk_create(
        FrameMember(
            wave=wave,
            person=row.person,
            attendance=row,
            segment_id=row.organisation.segment_id if row.organisation else None,
        )
        for row in present
    )
    outbox.post_many(INVITATION, letters(wave.frame.all()), scheduled=actor is None)
    events.begin_follow_up(event, actor=actor)
    return wave


@action
def remind(wave: SurveyWave, *, actor: User | None) -> int:
    """Remind those who have not answered, once. Returns how many."""
    wave = _locked(wave)
    if wave.reminded_at or not wave.is_open:
        return 0
    wave.reminded_at = timezone.now()
    wave.save()
    return outbox.post_many(REMINDER, letters(wave.frame.unanswered()), scheduled=actor is None)


@action
def close(wave: SurveyWave, *, actor: User | None) -> SurveyWave:
    """Close a wave: no answer is taken any more, and its figures stand. Doing it twice changes nothing."""
    wave = _locked(wave)
    if not wave.is_open:
        return wave
    wave.closed_at = timezone.now()
    wave.save()
    for member in wave.frame.filter(response__isnull=False):
        links.end(LINK, member)
    return wave


@action
def answer(member: FrameMember, values: Mapping[str, Any], *, actor: object, final: bool = False) -> Response:
    """Save answers by question code: a number, a text or nothing. `final` sends them in, once.

    Raises ValidationError when the survey is closed, was answered already, or lacks an answer it needs.
    """
    member = FrameMember.objects.select_for_update(of=("self",)).select_related("wave__survey").get(pk=member.pk)
    refuse_if_over(member)
    response, _created = Response.objects.get_or_create(member=member)
    questions = {question.code: question for question in member.wave.survey.questions.all()}
    for code, value in values.items():
        question = questions[code]
        is_text = question.scale == Question.Scale.TEXT
        Answer.objects.update_or_create(
            response=response,
            question=question,
            defaults={"value": None, "text": value or ""} if is_text else {"value": value, "text": ""},
        )
    if final:
        _send_in(member, response, questions)
    elif member.disposition == Disposition.NON_CONTACT:
        member.disposition = Disposition.PARTIAL
        member.save(update_fields=["disposition"])
    return response


@action
def refuse(member: FrameMember, *, actor: object) -> FrameMember:
    """Somebody does not want to answer: what they had answered is forgotten, and they are not asked again."""
    member = FrameMember.objects.select_for_update(of=("self",)).select_related("wave").get(pk=member.pk)
    refuse_if_over(member)
    Response.objects.filter(member=member).delete()
    member.disposition = Disposition.REFUSED
    member.save(update_fields=["disposition"])
    return member


@action
def note_bounce(member: FrameMember, *, actor: None) -> None:
    """The message with the link did not arrive."""
    FrameMember.objects.filter(pk=member.pk, disposition=Disposition.NON_CONTACT).update(
        disposition=Disposition.BOUNCED
    )


def refuse_if_over(member: FrameMember) -> None:
    """Raise the reason why this member's answers are not taken any more."""
    if not member.wave.is_open:
        raise ValidationError(_("The survey is closed."), code="closed")
    if member.disposition in (Disposition.COMPLETE, Disposition.REFUSED):
        raise ValidationError(_("This survey was answered already."), code="answered")


def letters(frame: QuerySet[FrameMember]) -> list[Letter]:
    """A letter for each member, in their language; one without a working address is written down as not sent."""
    current = Office.objects.current()
    members = list(frame.select_related("person__user"))
    people = with_obstacle(Person.objects.filter(pk__in=[member.person_id for member in members]))
    addresses = dict(people.values_list("pk", "mail_address"))
    return [
        Letter(
            member,
            recipient=member.person,
            address=addresses[member.person_id],
            language=language_of(member.person, current),
        )
        for member in members
    ]


def _send_in(member: FrameMember, response: Response, questions: Mapping[str, Question]) -> None:
    answered = {code for code, value in response.answers.values_list("question__code", "value") if value is not None}
    missing = [code for code, question in questions.items() if question.mandatory and code not in answered]
    if missing:
        raise ValidationError(_("Answer the question that must be answered first."), code="missing")
    response.submitted_at = timezone.now()
    response.save()
    member.disposition = Disposition.COMPLETE
    member.save(update_fields=["disposition"])


def _locked(wave: SurveyWave) -> SurveyWave:
    return SurveyWave.objects.select_for_update(of=("self",)).get(pk=wave.pk)
