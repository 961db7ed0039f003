"""Attendance at the door: ticked on a telephone, walk-ins added, closed when it is over."""

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from .. import doorlist, quorum, wording
from ..actions import attendance as attendance_actions
from ..actions import event as event_actions
from ..forms import WalkInForm
from .event import crumbs, own_event, shown_event


@requires("change_workshops")
def attendance(request, pk):
    """Who is here. Nothing is ticked beforehand."""
    found = own_event(request, pk)
    if found.is_draft or found.is_off:
        return redirect(found)
    if request.method == "POST":
        ticks = doorlist.ticks(request.POST)
        attendance_actions.record(found, ticks, actor=request.user)
        if "held" in request.POST:
            return redirect("workshops:held", pk=found.pk)
        return redirect(request.get_full_path())
    door = doorlist.read(found, view=request.GET.get("show", ""), typed=request.GET.get("q", ""))
    context = {
        "seats": quorum.read(found),
        "title": _("Attendance"),
        "lede": _day(found),
        "crumbs": crumbs(found),
        "event": found,
        "door": door,
    }
    return render(request, "workshops/attendance.html", context)


def _day(found):
    when = wording.when_of(found)
    return " · ".join(
        [_("Today, %(when)s") % {"when": when} if found.day == clock.today() else when, wording.where_short(found)]
    )


@requires("change_workshops")
def walk_in(request, pk):
    """Add somebody who came without an invitation."""
    found = own_event(request, pk)
    form = WalkInForm(posted(request), user=request.user)

    def save(form):
        data = form.cleaned_data
        state = data["state"]
        if data["person"]:
            attendance_actions.walk_in(found, data["person"], state=state, actor=request.user)
        else:
            attendance_actions.walk_in_new(found, form.newcomer(), state=state, actor=request.user)
        return reverse("workshops:attendance", args=[found.pk])

    return form_page(
        request,
        form,
        save=save,
        title=_("Add a walk-in"),
        lede=str(found),
        verb=_("Add"),
        crumbs=[*crumbs(found), (_("Attendance"), reverse("workshops:attendance", args=[found.pk]))],
        cancel=reverse("workshops:attendance", args=[found.pk]),
    )


@requires("change_workshops")
def held(request, pk):
    """Close the attendance: the workshop was held."""
    found = own_event(request, pk)
    if found.is_over:
        return redirect(found)
    ticked = found.attendances.values("person")
    open_ = found.invitations.sent().exclude(person__in=ticked)
    excused = Q(reply__in=["DECLINED", "DELEGATED"])
    here = found.attendances.present().count()
    missing = open_.exclude(excused).count()
    consequences = [
        ngettext("%(n)s person attended.", "%(n)s people attended.", here) % {"n": here},
        ngettext(
            "%(n)s person without a tick is written down as “Did not attend”.",
            "%(n)s people without a tick are written down as “Did not attend”.",
            missing,
        )
        % {"n": missing},
        ngettext(
            "%(n)s person who had declined is excused.",
            "%(n)s people who had declined are excused.",
            n := open_.filter(excused).count(),
        )
        % {"n": n},
        _("Attendance can still be corrected afterwards."),
    ]
    if not found.is_meeting:
        told = _("The day after, those who came get thanks and the survey, and those who stayed away a note.")
        consequences.insert(-1, told)
    if seats := quorum.read(found):
        consequences.insert(0, f"{seats.sentence}.")
    if found.day > clock.today():
        consequences.insert(
            0, _("It is planned for %(when)s: its day has not come yet.") % {"when": wording.when_of(found)}
        )
    return confirm_page(
        request,
        title=_("Mark the meeting as held?") if found.is_meeting else _("Mark the workshop as held?"),
        lede=str(found),
        consequences=consequences,
        action=lambda: event_actions.mark_held(found, actor=request.user),
        verb=_("Mark as held"),
        crumbs=crumbs(found),
        cancel=reverse("workshops:attendance", args=[found.pk]),
        done=_("Marked as held."),
    )


@requires("view_workshops")
def attendance_list(request: HttpRequest, pk):
    """The list of guests for the door, to be printed and signed."""
    found = shown_event(request, pk)
    door = doorlist.read(found)
    context = {
        "title": _("Attendance list"),
        "lede": _day(found),
        "crumbs": crumbs(found),
        "event": found,
        "door": door,
    }
    return render(request, "workshops/attendance_list.html", context)
