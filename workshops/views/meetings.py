"""Meetings of committees and user groups: calling one, its papers, its decisions, and who undertook what."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from i18nfield.strings import LazyI18nString

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.office.models import Office
from nso_contacts.pages import drafts
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted
from nso_contacts.pages.picks import readable
from stakeholders.models import Committee, Task, UserGroup

from ..actions import meeting as actions
from ..forms import TITLE
from ..meeting_forms import ActionForm, DecisionForm, MeetingForm, PapersForm
from ..models import Event
from . import event as event_views
from .event import crumbs, own_event


@requires("change_workshops")
def new(request):
    """Call a meeting of a committee or user group, which the address names. Without one, choose it."""
    body = named_body(request)
    if body is None:
        return choose_body(request)
    draft = of_body(body)
    form = MeetingForm(posted(request), instance=draft, user=request.user, initial=first_words(request, draft))

    def save(form):
        made = actions.call(form.instance, actor=request.user, **form.subjects)
        return made if "draft" in request.POST else reverse("workshops:invitations", args=[made.pk])

    return form_page(
        request,
        form,
        save=save,
        title=_("Call a meeting"),
        lede=str(body),
        crumbs=[*crumbs(draft)[:1], (str(body), body.get_absolute_url())],
        template="workshops/form.html",
        kept=drafts.form_of(f"workshops.meeting_of_{body._meta.model_name}", body),
        context={
            "planned": event_views.planned(form, is_meeting=True),
            "steps": event_views.steps(0),
            "people": actions.members(draft, clock.today()).count(),
        },
    )


def named_body(request):
    """The committee or group in the address; 404 for one that is not in use."""
    for name, model in (("committee", Committee), ("group", UserGroup)):
        if name in request.GET:
            wish = readable([request.GET[name]])
            return get_object_or_404(model.objects.visible_to(request.user).active(), pk__in=wish)
    return None


def of_body(body):
    """A meeting of this body, not yet planned."""
    if isinstance(body, Committee):
        return Event(kind=Event.Kind.COMMITTEE_MEETING, committee=body, survey_wanted=False)
    return Event(kind=Event.Kind.GROUP_MEETING, group=body, survey_wanted=False)


def first_words(request, draft):
    """What the form says at first: “Committee on prices: meeting 5” in each language, the domains of the body."""
    body = draft.body
    number = body.events.filter(kind=draft.kind).count() + 1
    titles = {}
    for code in Office.objects.current().languages:
        with translation.override(code):
            titles[code] = _("%(body)s: meeting %(number)s") % {"body": body, "number": number}
    return {
        **TITLE.initial(LazyI18nString(titles)),
        "organiser": request.user,
        "domains": list(body.domains.all()),
        "begins": "10:00",
        "ends": "12:30",
    }


def choose_body(request):
    """Whose meeting is to be called."""
    context = {
        "title": _("Call a meeting"),
        "lede": _("Whose meeting? Its members are put on the list of invitees; nothing is sent before the last step."),
        "crumbs": [(_("Meetings"), reverse("workshops:meeting_list"))],
        "committees": Committee.objects.visible_to(request.user).active().order_by("name"),
        "groups": UserGroup.objects.visible_to(request.user).active().order_by("name"),
    }
    return render(request, "workshops/meeting_bodies.html", context)


def own_meeting(request, pk):
    """The meeting, if the reader may change it."""
    found = own_event(request, pk)
    if not found.is_meeting:
        raise Http404("This is a workshop.")
    return found


def back(found, tab):
    """A tab of the meeting's page."""
    return f"{found.get_absolute_url()}?tab={tab}"


@requires("change_workshops")
def decision_new(request, pk):
    """Write down a decision."""
    found = own_meeting(request, pk)

    def save(form):
        actions.decide(found, form.cleaned_data["text"], actor=request.user)
        return back(found, "decisions")

    return form_page(
        request,
        DecisionForm(posted(request), user=request.user),
        save=save,
        title=_("Record a decision"),
        lede=str(found),
        verb=_("Record decision"),
        crumbs=crumbs(found),
        cancel=back(found, "decisions"),
    )


@requires("change_workshops")
def decision_edit(request, pk, decision):
    """Change the words of a decision."""
    found = own_meeting(request, pk)
    row = get_object_or_404(found.decisions, pk=decision)

    def save(form):
        actions.reword(form.instance, actor=request.user)
        return back(found, "decisions")

    return form_page(
        request,
        DecisionForm(posted(request), instance=row, user=request.user),
        save=save,
        title=_("Decision %(number)s") % {"number": row.number},
        lede=str(found),
        crumbs=crumbs(found),
        cancel=back(found, "decisions"),
    )


@requires("change_workshops")
def action_new(request, pk):
    """Write down what somebody undertook: it stands in their tasks."""
    found = own_meeting(request, pk)
    form = ActionForm(posted(request), instance=Task(kind=Task.Kind.OTHER), user=request.user)

    def save(form):
        actions.undertake(found, form.instance, actor=request.user)
        return back(found, "decisions")

    return form_page(
        request,
        form,
        save=save,
        title=_("Record an action"),
        lede=str(found),
        verb=_("Record action"),
        crumbs=crumbs(found),
        cancel=back(found, "decisions"),
        consequences=[_("It stands in the tasks of the colleague it is assigned to, with its day.")],
    )


@requires("change_workshops")
def papers(request, pk):
    """Attach papers or minutes."""
    found = own_meeting(request, pk)
    initial = {"kind": "MINUTES" if found.is_over else "PAPER"}
    form = PapersForm(posted(request), posted_files(request), user=request.user, initial=initial)

    def save(form):
        data = form.cleaned_data
        actions.add_papers(found, data["uploads"], kind=data["kind"], actor=request.user)
        return back(found, "papers")

    return form_page(
        request,
        form,
        save=save,
        title=_("Attach papers"),
        lede=str(found),
        verb=_("Attach"),
        crumbs=crumbs(found),
        cancel=back(found, "papers"),
        consequences=[
            _("Papers go with the agenda ten days before the meeting, minutes with the message that sends them."),
            _("Together up to 10 MB are attached to a message; more stay here for colleagues."),
        ],
    )


def posted_files(request):
    """The files of a sent form."""
    return request.FILES if request.method == "POST" else None


@requires("change_workshops")
def paper_remove(request, pk, paper):
    """Take a file off a meeting."""
    found = own_meeting(request, pk)
    row = get_object_or_404(found.papers.select_related("file", "event"), pk=paper)

    def action():
        actions.remove_paper(row, actor=request.user)
        return back(found, "papers")

    return confirm_page(
        request,
        title=_("Take “%(name)s” off the meeting?") % {"name": row.file.name},
        lede=str(found),
        consequences=[_("Who got it by mail keeps it.")],
        action=action,
        verb=_("Take it off"),
        danger=True,
        crumbs=crumbs(found),
        cancel=back(found, "papers"),
    )
