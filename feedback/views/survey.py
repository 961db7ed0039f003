"""Surveys: the questions behind a personal link, and the waves for staff."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import open_to_all, requires
from nso_contacts.mail import links
from nso_contacts.office.models import Office
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import posted, summary
from workshops.models import Event

from .. import satisfaction
from ..actions import survey as actions
from ..forms.survey import QuestionForm
from ..listings.survey import FrameListing, WaveListing
from ..models import Answer, FrameMember, SurveyWave

BECAUSE = "the personal link in the message stands for the person who was asked"
BASE = "portal_base.html"
wave_list = WaveListing.as_view()
frame_list = FrameListing.as_view()


def linked(token):
    """The frame member a link stands for; LinkExpired when the survey is over."""
    record = links.resolve(actions.LINK, token).record
    return FrameMember.objects.select_related("wave__survey", "wave__event", "person").get(pk=record.pk)


@open_to_all(because=BECAUSE)
@never_cache
def answer(request, token):
    """Answer a survey without signing in, a question a page. A GET changes nothing, whoever follows the link."""
    try:
        member = linked(token)
    except links.LinkExpired as expired:
        return over(request, expired.link)
    return questions(request, member, request.path, may_refuse=True)


@requires("use_portal")
@never_cache
def own_answer(request, pk):
    """Answer one's own survey from the portal."""
    own = FrameMember.objects.filter(person__user=request.user).select_related("wave__survey", "wave__event", "person")
    return questions(request, get_object_or_404(own, pk=pk), request.path)


def language_of(request, member):
    """The language chosen on the page, else the person's, else the office's first."""
    office = Office.objects.current()
    wishes = (request.COOKIES.get("django_language"), member.person.language)
    return next((wish for wish in wishes if wish in office.languages), office.first_language)


def questions(request, member, here, *, may_refuse=False):
    """Show the question whose turn it is, take its answer, go on; the last one sends everything in."""
    with translation.override(language_of(request, member)):
        try:
            actions.refuse_if_over(member)
        except ValidationError as refusal:
            return done(request, member, refusal.code)
        return question_page(request, member, here, may_refuse=may_refuse)


def question_page(request, member, here, *, may_refuse):
    """One question of the survey."""
    asked = list(member.wave.survey.questions.order_by("position"))
    number = turn(request, member, asked)
    question = asked[number - 1]
    given = Answer.objects.filter(response__member=member, question=question).first()
    form = QuestionForm(posted(request), question=question, given=given)
    page = {
        "title": str(member.wave.survey.title),
        "member": member,
        "number": number,
        "total": len(asked),
        "question": question,
        "form": form,
        "is_last": number == len(asked),
        "back": f"{here}?question={number - 1}" if number > 1 else "",
        "refuse_url": f"{here}refuse/" if may_refuse else "",
    }
    if request.method != "POST":
        return render(request, "feedback/survey/question.html", page)
    if not form.is_valid():
        return render(request, "feedback/survey/question.html", page | {"errors": summary(form)}, status=422)
    try:
        values = {question.code: form.cleaned_data["answer"]}
        actions.answer(member, values, actor=member.person, final=number == len(asked))
    except ValidationError as refusal:
        if refusal.code == "missing":
            return redirect(f"{here}?question={first_missing(member, asked)}")
        return done(request, member, refusal.code)
    return redirect(here if number == len(asked) else f"{here}?question={number + 1}")


def turn(request, member, asked):
    """The number of the question to show: the one asked for, else the first that is not answered yet."""
    wish = request.POST.get("question") or request.GET.get("question", "")
    if wish.isdecimal() and len(wish) < 4 and 1 <= int(wish) <= len(asked):
        return int(wish)
    answered = set(Answer.objects.filter(response__member=member).values_list("question_id", flat=True))
    return next((n for n, question in enumerate(asked, start=1) if question.pk not in answered), len(asked))


def first_missing(member, asked):
    """The number of the first question that must be answered and is not."""
    answered = set(
        Answer.objects.filter(response__member=member, value__isnull=False).values_list("question_id", flat=True)
    )
    return next(n for n, question in enumerate(asked, start=1) if question.mandatory and question.pk not in answered)


def done(request, member, why):
    """The survey was answered, refused or closed, or a newer link replaced this one."""
    titles = {
        "closed": gettext_lazy("This survey is closed"),
        "replaced": gettext_lazy("A newer link was sent to you"),
    }
    context = {"title": titles.get(why, _("Thank you")), "member": member, "why": why}
    return render(request, "feedback/survey/done.html", context, status=410 if why in titles else 200)


def over(request, link):
    """The link was real; a newer one was sent, or the survey has closed since."""
    member = link.record
    if member is None:
        raise Http404
    with translation.override(language_of(request, member)):
        if member.disposition == FrameMember.Disposition.COMPLETE:
            return done(request, member, "answered")
        return done(request, member, "replaced" if member.wave.is_open and link.ended_at else "closed")


@open_to_all(because=BECAUSE)
@never_cache
def refuse(request, token):
    """Say that one does not want to answer."""
    try:
        member = linked(token)
    except links.LinkExpired as expired:
        return over(request, expired.link)

    def act():
        actions.refuse(member, actor=member.person)
        return reverse("feedback:survey_answer", args=[token])

    with translation.override(language_of(request, member)):
        return confirm_page(
            request,
            title=gettext_lazy("I do not want to answer"),
            consequences=[
                gettext_lazy("What you have answered so far is deleted."),
                gettext_lazy("We do not ask you again about this workshop."),
            ],
            action=act,
            verb=gettext_lazy("Do not ask me"),
            base=BASE,
            cancel=reverse("feedback:survey_answer", args=[token]),
        )


# Staff ---------------------------------------------------------------------------------------------------------------


@requires("view_surveys")
@require_GET
def wave(request, pk):
    """One wave: who was asked, how many answered, and the results that may be shown."""
    record = get_object_or_404(SurveyWave.objects.visible_to(request.user).select_related("survey", "event"), pk=pk)
    context = {
        "title": str(record),
        "wave": record,
        "crumbs": [(_("Surveys"), reverse("feedback:wave_list"))],
        "result": satisfaction.of_wave(record),
        "may_change": request.user.has_perm("access.change_surveys") and record.is_open,
    }
    return render(request, "feedback/survey/wave.html", context)


def changeable(user, pk):
    """The wave, if `user` may change it."""
    return get_object_or_404(SurveyWave.objects.editable_by(user).select_related("event", "survey"), pk=pk)


@requires("change_surveys")
def open_now(request, event):
    """Open the follow-up of a workshop ahead of its day."""
    record = get_object_or_404(Event.objects.visible_to(request.user), pk=event)

    def act():
        wave = actions.open_wave(record, actor=request.user)
        if wave is None:
            raise ValidationError(_("Nobody is on the attendance list, so there is nobody to ask."))
        return record

    return confirm_page(
        request,
        title=gettext_lazy("Thank and ask now"),
        lede=str(record),
        consequences=[
            gettext_lazy("Everybody who attended gets thanks and the survey now."),
            gettext_lazy("Who is asked is frozen: later changes of the attendance list do not change it."),
        ],
        action=act,
        verb=gettext_lazy("Send thanks and survey"),
        cancel=record.get_absolute_url(),
    )


@requires("change_surveys")
def remind_now(request, pk):
    """Remind those who have not answered, ahead of the day."""
    record = changeable(request.user, pk)

    def act():
        actions.remind(record, actor=request.user)
        return record.event or record

    silent = record.frame.unanswered().count()
    return confirm_page(
        request,
        title=gettext_lazy("Remind now"),
        lede=str(record),
        consequences=[_("%(n)s people who have not answered get one reminder.") % {"n": silent}],
        action=act,
        verb=gettext_lazy("Send reminder"),
        cancel=record.get_absolute_url(),
    )


@requires("change_surveys")
def close_now(request, pk):
    """Close a wave ahead of its day."""
    record = changeable(request.user, pk)

    def act():
        actions.close(record, actor=request.user)
        return record

    return confirm_page(
        request,
        title=gettext_lazy("Close the survey now"),
        lede=str(record),
        consequences=[
            gettext_lazy("No answer is taken any more; the personal links say so."),
            gettext_lazy("The figures stand and count in the quarter and the year."),
        ],
        action=act,
        verb=gettext_lazy("Close survey"),
        danger=True,
        cancel=record.get_absolute_url(),
    )
