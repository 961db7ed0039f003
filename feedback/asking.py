"""What surveys show elsewhere: side bar, the page of a workshop, the portal, search, history."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.office.templatetags.office import office_date
from nso_contacts.pages import navigation, panels
from nso_contacts.pages.navigation import NavItem
from nso_contacts.pages.panels import Panel
from workshops import follow_up
from workshops.follow_up import FollowUp, Line

from . import satisfaction
from .actions import survey as actions
from .models import FrameMember, Question, Survey, SurveyWave
from .views import portal

Disposition = FrameMember.Disposition


def register():
    """Called at start-up."""
    navigation.register(
        NavItem("engagement", gettext_lazy("Surveys"), "feedback:wave_list", "ui-checks", "view_surveys", order=30)
    )
    navigation.register(
        NavItem("insight", gettext_lazy("Satisfaction"), "feedback:satisfaction", "graph-up", "view_insight", order=10)
    )
    follow_up.register(FollowUp(lines=lines, states=states, step=step))
    panels.register(
        "workshop",
        Panel(
            "survey",
            gettext_lazy("Follow-up survey"),
            "feedback/panels/survey.html",
            context=of_event,
            place="tab",
            order=40,
            capability="view_surveys",
        ),
    )
    history.register("survey", Survey, "view_surveys", children=[Child(Question, "survey")])
    history.register("wave", SurveyWave, "view_surveys")
    portal.also_waiting(waiting_for)


def wave_of(event):
    """The wave of an event, if it has one."""
    return SurveyWave.objects.filter(event=event).select_related("survey").first()


def lines(event):
    """Thanks, reminder and close in the message schedule of a workshop."""
    if not event.survey_wanted:
        return []
    wave = wave_of(event)
    if wave is None:
        now = reverse("feedback:survey_open", args=[event.pk]) if event.is_over else ""
        return [
            Line(_("Thanks and survey"), "planned", actions.planned(event, actions.OPENS), send_url=now),
            Line(_("Survey reminder"), "planned", actions.planned(event, actions.REMINDS)),
            Line(_("Survey closes"), "planned", actions.planned(event, actions.CLOSES, "closes")),
        ]
    page = wave.get_absolute_url()
    remind, close = reverse("feedback:wave_remind", args=[wave.pk]), reverse("feedback:wave_close", args=[wave.pk])
    reminded = bool(wave.reminded_at)
    return [
        Line(_("Thanks and survey"), "sent", wave.opened_at, people=wave.population, url=page),
        Line(
            _("Survey reminder"),
            "sent" if reminded else "planned" if wave.is_open else "skipped",
            wave.reminded_at or wave.remind_at,
            send_url="" if reminded or not wave.is_open else remind,
            url=page,
        ),
        Line(
            _("Survey closes"),
            "planned" if wave.is_open else "sent",
            wave.closed_at or wave.closes_at,
            send_url=close if wave.is_open else "",
            url=page,
        ),
    ]


WORDS = {
    Disposition.COMPLETE: gettext_lazy("Answered"),
    Disposition.PARTIAL: gettext_lazy("Begun"),
    Disposition.REFUSED: gettext_lazy("Does not answer"),
    Disposition.BOUNCED: gettext_lazy("Bounced"),
}


def states(event, people):
    """Who has answered; never what."""
    members = FrameMember.objects.filter(wave__event=event, person__in=people)
    return {
        person: WORDS.get(disposition, gettext_lazy("Not yet"))
        for person, disposition in members.values_list("person", "disposition")
    }


def step(event):
    """What stands under “Follow-up” in the strip."""
    wave = wave_of(event)
    if wave is None:
        return ""
    if wave.is_open:
        return _("Survey closes %(day)s") % {"day": office_date(wave.closes_at)}
    return _("Survey closed %(day)s") % {"day": office_date(wave.closed_at)}


def of_event(event, user):
    """The tab on the page of a workshop."""
    wave = wave_of(event)
    if wave is None and not event.is_over:
        return None
    return {
        "event": event,
        "wave": wave,
        "result": satisfaction.of_wave(wave) if wave else None,
        "may_change": user.has_perm("access.change_surveys"),
    }


def waiting_for(person):
    """The surveys that wait for somebody in the portal."""
    members = FrameMember.objects.filter(person=person, wave__closed_at=None).unanswered()
    for member in members.select_related("wave__event", "wave__survey"):
        yield {
            "title": _("Survey: %(title)s") % {"title": member.wave},
            "text": _("Open until %(day)s.") % {"day": office_date(member.wave.closes_at)},
            "url": reverse("feedback:own_survey", args=[member.pk]),
            "verb": _("Start survey"),
        }
