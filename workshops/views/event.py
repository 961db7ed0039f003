"""The page of a workshop, and planning, changing, postponing, cancelling it."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.access.policy import requires
from nso_contacts.pages import drafts, panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted
from stakeholders.models import Person

from .. import delivered, guestlist, invitees, overview, quorum, wording
from ..actions import event as event_actions
from ..actions import sending
from ..forms import EventForm, NewDayForm, OutcomesForm, ReasonForm, session_forms, sessions
from ..meeting_forms import MeetingForm
from ..models import Event, Milestone

MOST_NAMES = 5
OWN_TABS = ("programme", "decisions", "papers", "messages")


def crumbs(event=None):
    """The way to a page of a workshop."""
    is_meeting = event is not None and event.is_meeting
    found = [(_("Workshops"), reverse("workshops:list"))]
    if is_meeting:
        found = [(_("Meetings"), reverse("workshops:meeting_list"))]
    return [*found, (str(event), event.get_absolute_url())] if event and event.pk else found


def shown_event(request, pk):
    """The workshop, if the reader may see it."""
    events = Event.objects.visible_to(request.user).select_related("organiser", "facilitator", "committee", "group")
    found = get_object_or_404(events, pk=pk)
    request.place = found.get_absolute_url()
    return found


def own_event(request, pk):
    """The workshop, if the reader may change it."""
    found = get_object_or_404(Event.objects.editable_by(request.user).select_related("organiser"), pk=pk)
    request.place = found.get_absolute_url()
    return found


@requires("view_workshops")
def event(request, pk):
    """One workshop: its stage, its guests, its messages."""
    found = shown_event(request, pk)
    if request.path != found.get_absolute_url():
        # A meeting has its address among the meetings, a workshop among the workshops.
        return redirect(f"{found.get_absolute_url()}?{request.GET.urlencode()}".rstrip("?"))
    tab, page = request.GET.get("tab", ""), "meeting" if found.is_meeting else "workshop"
    reached, lines = overview.funnel(found), overview.lines(found)
    context = {
        "title": str(found),
        "event": found,
        "lede": lede(found),
        "crumbs": [*crumbs(found)[:1], *body_crumb(found)],
        "strip": overview.strip(found, reached),
        "funnel": reached,
        # A committee is counted by its seats.
        "figure": reached.figure(found) if reached.invited and not found.committee_id else None,
        "lines": lines,
        "may_change": request.user.has_perm("access.change_workshops"),
        "tabs": tabs(found, request.user, tab, len(lines)),
        "languages": wording.languages(found),
        "rail": panels.shown(page, found, request.user, "rail"),
        "facts": panels.shown(page, found, request.user, "fact"),
        "domains": found.domains.all(),
        "products": found.products.all(),
        "reminder": reminder(found),
        **part(request, found, tab),
    }
    return render(request, "workshops/event.html", context)


def body_crumb(found):
    """The committee or group that meets."""
    return [(str(found.body), found.body.get_absolute_url())] if found.is_meeting else []


def tabs(found, user, current, messages):
    """The tabs of a workshop: its own, then what other parts registered."""
    listed = panels.tabs("meeting" if found.is_meeting else "workshop", found, user, current, _("People"))
    titles = [("programme", _("Programme"), found.sessions.count() or None)]
    if found.is_meeting:
        titles = [
            ("programme", _("Agenda"), found.sessions.count() or None),
            ("decisions", _("Decisions and actions"), found.decisions.count() + found.action_items.count() or None),
            ("papers", _("Papers and minutes"), found.papers.count() or None),
        ]
    titles.append(("messages", _("Messages"), messages))
    own = [panels.Tab(key, title, number, current == key) for key, title, number in titles]
    if current in {tab.key for tab in own}:
        listed[0].current = False
    return [listed[0], *own, *listed[1:]]


def part(request, found, tab):
    """What the open tab needs."""
    if tab == "programme":
        return {"part": "workshops/programme.html", "sessions": found.sessions.all()}
    if tab == "messages":
        return {"part": "workshops/messages.html", "messages_query": urlencode({"q": str(found)})}
    if found.is_meeting and tab == "decisions":
        return {
            "part": "workshops/decisions.html",
            "decisions": found.decisions.all(),
            "actions": found.action_items.select_related("task__assignee", "task__person").order_by("task__due_on"),
            "seats": quorum.read(found),
        }
    if found.is_meeting and tab == "papers":
        return {"part": "workshops/papers.html", "papers": found.papers.select_related("file", "added_by")}
    shown = panels.open_tab("meeting" if found.is_meeting else "workshop", found, request.user, tab)
    if shown is not None:
        return {"shown": shown}
    number = request.GET.get("page", "1")
    size = 2000 if request.GET.get("page") == "all" else guestlist.PAGE
    guests = guestlist.guests(found, request.GET.get("show", "all"), number, size=size)
    again = delivered.to_send_again(found).count() if guests.view in ("all", "bounced") else 0
    return {"part": "workshops/people.html", "guests": guests, "again": again, "seats": quorum.read(found)}


def reminder(found):
    """The next reminder that can be sent to those without a reply."""
    kinds = (Milestone.Kind.REMINDER, Milestone.Kind.LAST_REMINDER)
    return found.milestones.planned().filter(kind__in=kinds).first() if found.is_inviting else None


def lede(found):
    """“Thu 8 October 2026, 09:00–13:00, San Telmo time · Room Ibn Khaldun and online”."""
    zone = wording.zone_in_words(found.zone, found.start)
    return " · ".join(filter(None, [wording.when_of(found), zone, wording.where_short(found)]))


@requires("change_workshops")
def new(request):
    """Plan a workshop: the first of four steps."""
    form = EventForm(posted(request), user=request.user, initial={"organiser": request.user})

    def save(form):
        made = event_actions.plan(form.instance, actor=request.user, **form.subjects)
        return made if "draft" in request.POST else reverse("workshops:invitations", args=[made.pk])

    return form_page(
        request,
        form,
        save=save,
        title=_("Plan a workshop"),
        lede=_("Nothing is sent before the last step."),
        crumbs=crumbs(),
        template="workshops/form.html",
        kept="workshops.event",
        context={"planned": planned(form), "step": 0, "steps": steps(0)},
    )


@requires("change_workshops")
def edit(request, pk):
    """Change a workshop."""
    found = own_event(request, pk)
    form = (MeetingForm if found.is_meeting else EventForm)(posted(request), instance=found, user=request.user)

    def save(form):
        return event_actions.change(form.instance, actor=request.user, **form.subjects)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit the meeting") if found.is_meeting else _("Edit the workshop"),
        lede=str(found),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        template="workshops/form.html",
        consequences=change_consequences(found),
        kept=drafts.form_of("workshops.event", found),
        context={"planned": planned(form, is_meeting=found.is_meeting), "event": found},
    )


def change_consequences(found):
    """What saving another day or place does."""
    if not found.is_inviting:
        asked = sending.asked_to_keep_free(found).count()
        told = ngettext(
            "%(n)s person was asked to keep this day free. After another day, send “Save the date” again.",
            "%(n)s people were asked to keep this day free. After another day, send “Save the date” again.",
            asked,
        )
        return [told % {"n": asked}] if asked else []
    number = sending.reached(found).not_declined().count()
    told = ngettext(
        "Another time, zone, room or address is sent to %(n)s person as an update of the calendar entry.",
        "Another time, zone, room or address is sent to %(n)s people as an update of the calendar entry.",
        number,
    )
    return [
        told % {"n": number},
        _("Another time zone keeps the hours on the clock."),
        _("Planned messages move with the day; what was sent stays sent."),
        _("Replies are kept. To ask everybody again, choose “Enter a new day” from the menu."),
    ]


def planned(form, *, is_meeting=False):
    """The messages of the schedule, with their days once the form has one."""
    if form.is_bound:
        day = form.cleaned_data.get("day") if hasattr(form, "cleaned_data") else None
    else:
        day = form.initial.get("day")
    return overview.planned(day, is_meeting=is_meeting)


def steps(current, event=None, notes=()):
    """The four steps of planning a workshop."""
    titles = [_("Details"), _("Invitees"), _("Preview"), _("Send")]
    noted = [*notes, "", "", "", ""]
    return [
        overview.Stage(title, noted[number], done=number < current, current=number == current)
        for number, title in enumerate(titles)
    ]


@requires("change_workshops")
def programme(request, pk):
    """Write the programme."""
    found = own_event(request, pk)
    formset = session_forms(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and formset.is_valid():
        event_actions.save_programme(found, sessions(found, formset), actor=request.user)
        return redirect(f"{found.get_absolute_url()}?tab=programme")
    context = {
        "is_meeting": found.is_meeting,
        "title": _("Agenda") if found.is_meeting else _("Programme"),
        "lede": str(found),
        "crumbs": crumbs(found),
        "formset": formset,
        "event": found,
    }
    return render(request, "workshops/programme_form.html", context, status=422 if formset.is_bound else 200)


@requires("change_workshops")
def cancel(request, pk):
    """Call a workshop off."""
    found = own_event(request, pk)
    concerned = sending.asked_to_keep_free(found) if found.is_draft else sending.reached(found).not_declined()
    people = Person.objects.filter(pk__in=concerned.values("person"))
    unreached = list(invitees.without_address(people))
    number = people.count() - len(unreached)
    told = (
        ngettext("%(n)s person is told.", "%(n)s people are told.", number)
        if found.is_draft
        else ngettext(
            "%(n)s person is told, and the entry is cancelled in their calendar.",
            "%(n)s people are told, and the entry is cancelled in their calendars.",
            number,
        )
    )
    return form_page(
        request,
        ReasonForm(posted(request), user=request.user),
        save=lambda form: event_actions.cancel(found, reason=form.cleaned_data["reason"], actor=request.user),
        title=wording.cancel_it(found),
        lede=str(found),
        verb=wording.cancel_it(found),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        consequences=[
            told % {"n": number},
            *unwritten(unreached),
            _("Nothing else is sent: no reminder, no survey."),
            _("This stays."),
        ],
    )


def unwritten(people):
    """Say whom no mail reaches, by name as long as they are few."""
    if not people:
        return []
    if len(people) <= MOST_NAMES:
        names = ", ".join(str(person) for person in people)
        return [_("No working address, tell them yourself: %(names)s.") % {"names": names}]
    return [_("%(n)s people have no working address: tell them yourself.") % {"n": len(people)}]


@requires("change_workshops")
def postpone(request, pk):
    """Put a workshop off without a new day."""
    found = own_event(request, pk)
    return form_page(
        request,
        ReasonForm(posted(request), user=request.user),
        save=lambda form: event_actions.postpone(found, reason=form.cleaned_data["reason"], actor=request.user),
        title=wording.postpone_it(found),
        lede=str(found),
        verb=wording.postpone_it(found),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        consequences=[
            _("Everybody invited who has not declined is told, and the entry leaves their calendars."),
            _("Reminders stop. The list of guests is kept."),
            _("Once you enter the new day, everybody is asked again."),
        ],
    )


@requires("change_workshops")
def new_day(request, pk):
    """Give a workshop another day and ask everybody again."""
    found = own_event(request, pk)
    form = NewDayForm(posted(request), user=request.user, event=found)

    def save(form):
        data = form.cleaned_data
        return event_actions.set_new_day(
            found, form.moment, reply_by=data["reply_by"], reason=data["reason"], actor=request.user
        )

    return form_page(
        request,
        form,
        save=save,
        title=_("Enter a new day"),
        lede=str(found),
        verb=_("Move the meeting") if found.is_meeting else _("Move the workshop"),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        consequences=[
            _("Everybody invited is asked again, whatever they replied for the old day."),
            _("Calendar entries move to the new day."),
            _("The message schedule is counted again; what was sent stays in the log."),
        ],
    )


@requires("change_workshops")
def send_step(request, pk, step):
    """Send one message of the schedule ahead of its time. Invitations and outcomes have pages of their own."""
    found = own_event(request, pk)
    milestone = get_object_or_404(found.milestones, pk=step)
    elsewhere = {Milestone.Kind.INVITATION: "workshops:send", Milestone.Kind.OUTCOMES: "workshops:publish"}
    if milestone.kind in elsewhere:
        return redirect(elsewhere[milestone.kind], pk=found.pk)
    name = overview.step_title(found, milestone.kind)
    return confirm_page(
        request,
        title=_("Send “%(message)s” now?") % {"message": name},
        lede=str(found),
        consequences=step_consequences(found, milestone),
        action=lambda: _run(found, milestone, request.user),
        verb=_("Send now"),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        done=_("“%(message)s” is on its way.") % {"message": name},
    )


def step_consequences(found, milestone):
    """Whom a message of the schedule reaches if it is sent now."""
    number = sending.audience(found, milestone.kind).count()
    audience = overview.audience_words(milestone.kind, is_meeting=found.is_meeting)
    told = ngettext("It goes to %(n)s person: %(who)s.", "It goes to %(n)s people: %(who)s.", number)
    if milestone.kind == Milestone.Kind.CALLS:
        told = ngettext(
            "You get a task to call %(n)s key user who has not replied.",
            "You get tasks to call %(n)s key users who have not replied.",
            number,
        )
    return [told % {"n": number, "who": audience}, _("It is not sent a second time on its planned day.")]


def _run(found, milestone, user):
    sending.run(milestone, actor=user)
    return found


@requires("change_workshops")
def outcomes(request, pk):
    """Write what came of a workshop."""
    found = own_event(request, pk)
    if found.published_at:
        raise Http404("These outcomes were sent.")
    form = OutcomesForm(posted(request), instance=found, user=request.user)

    def save(form):
        saved = event_actions.write_outcomes(form.instance, actor=request.user)
        return reverse("workshops:publish", args=[saved.pk]) if "publish" in request.POST else saved

    return form_page(
        request,
        form,
        save=save,
        title=_("Write the minutes") if found.is_meeting else _("Record outcomes"),
        lede=str(found),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        template="workshops/outcomes_form.html",
        kept=drafts.form_of("workshops.outcomes", found),
        consequences=[_("Nothing is sent before you press the button on the next page.")],
        context={"event": found},
    )


@requires("change_workshops")
def publish(request, pk):
    """Send the outcomes to everybody invited."""
    found = own_event(request, pk)
    number = sending.audience(found, Milestone.Kind.OUTCOMES).count()
    told = ngettext(
        "%(n)s person who was invited gets them, and whoever came without an invitation.",
        "%(n)s people who were invited get them, and whoever came without an invitation.",
        number,
    )
    return confirm_page(
        request,
        title=_("Send the minutes?") if found.is_meeting else _("Send the outcomes?"),
        lede=str(found),
        consequences=[told % {"n": number}, _("What was sent stays as it is.")],
        action=lambda: event_actions.publish_outcomes(found, actor=request.user),
        verb=_("Send the minutes") if found.is_meeting else _("Send the outcomes"),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
        done=_("The minutes are being sent.") if found.is_meeting else _("The outcomes are being sent."),
    )
