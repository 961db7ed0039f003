"""Committees: one of them with its seats, adding, changing and archiving it, who fills the seats."""

from dataclasses import dataclass, field
from math import ceil

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import committee as actions
from ..forms.committee import CommitteeForm, HolderForm, SeatForm
from ..models import Committee, CommitteeSeat, SeatHolder
from .ending import ending

CHAIRS = (CommitteeSeat.Role.CHAIR, CommitteeSeat.Role.CO_CHAIR)
SECRETARIES = (CommitteeSeat.Role.SECRETARY, CommitteeSeat.Role.CO_SECRETARY)
SOON_DAYS, PAST_SHOWN = 90, 20


@dataclass
class Filled:
    """A seat and who fills it today; a vacant one says since when, if somebody held it."""

    seat: CommitteeSeat
    principal: SeatHolder | None = None
    alternates: list[SeatHolder] = field(default_factory=list)
    later: list[SeatHolder] = field(default_factory=list)
    past: list[SeatHolder] = field(default_factory=list)
    today: object = None

    @property
    def vacant_since(self):
        """The last day somebody held it."""
        ended = [row.valid_to for row in self.past if row.position == SeatHolder.Position.PRINCIPAL]
        return max(ended, default=None)

    @property
    def ends_soon(self):
        """Whether the principal's time ends within three months."""
        last = self.principal and self.principal.valid_to
        return bool(last) and (last - self.today).days <= SOON_DAYS


@requires("view_directory")
def committee(request, pk):
    """One committee: its seats and who fills them."""
    user = request.user
    found = get_object_or_404(Committee.objects.visible_to(user).select_related("parent"), pk=pk)
    tab = request.GET.get("tab", "")
    seats = filled(found)
    voting = sum(row.seat.is_voting for row in seats)
    context = {
        "title": found.name,
        "crumbs": crumbs(),
        "committee": found,
        "may_edit": Committee.objects.editable_by(user).filter(pk=pk).exists(),
        "domains": found.domains.order_by("sort_key"),
        "seats": seats,
        "vacant": sum(row.principal is None for row in seats),
        "voting": voting,
        "quorum": ceil(voting * found.quorum_percent / 100),
        "chairs": [row.principal for row in seats if row.principal and row.seat.role in CHAIRS],
        "secretaries": [row.principal for row in seats if row.principal and row.seat.role in SECRETARIES],
        "expired": found.mandate_to is not None and found.mandate_to < clock.today(),
        "subcommittees": found.subcommittees.visible_to(user).active().order_by("name"),
        "past": past_holders(found),
        "facts": panels.shown("committee", found, user, "fact"),
        "buttons": panels.shown("committee", found, user, "button"),
        "tabs": panels.tabs("committee", found, user, tab, _("Seats")),
        "open_tab": panels.open_tab("committee", found, user, tab),
        "rail": panels.shown("committee", found, user, "rail"),
        "main": panels.shown("committee", found, user, "main"),
    }
    return render(request, "stakeholders/committee.html", context)


def filled(found):
    """The seats of a committee, chairs and secretaries first, with who fills them."""
    today = clock.today()
    first = {role: place for place, role in enumerate(CommitteeSeat.Role.values)}
    seats = found.seats.filter(archived_at=None).select_related("organisation")
    rows = {seat.pk: Filled(seat, today=today) for seat in seats}
    for holder in SeatHolder.objects.filter(seat__in=rows).select_related("person").order_by("valid_from", "pk"):
        row = rows[holder.seat_id]
        if holder.valid_to is not None and holder.valid_to < today:
            row.past.append(holder)
        elif holder.valid_from is not None and holder.valid_from > today:
            row.later.append(holder)
        elif holder.position == SeatHolder.Position.PRINCIPAL and row.principal is None:
            row.principal = holder
        else:
            row.alternates.append(holder)
    return sorted(rows.values(), key=lambda row: (first[row.seat.role], row.seat.organisation.name, row.seat.pk))


def past_holders(found):
    """Who filled the seats before, latest first."""
    rows = SeatHolder.objects.filter(seat__committee=found, valid_to__lt=clock.today())
    return rows.select_related("person", "seat__organisation").order_by("-valid_to", "pk")[:PAST_SHOWN]


@requires("change_directory")
def create(request):
    """Add a committee."""
    form = CommitteeForm(posted(request), user=request.user)
    return form_page(
        request,
        form,
        save=lambda form: actions.create(form.instance, actor=request.user, **form.details),
        title=_("Add committee"),
        verb=_("Add committee"),
        done=_("Committee added."),
        crumbs=crumbs(),
        cancel=reverse("stakeholders:committee_list"),
    )


@requires("change_directory")
def edit(request, pk):
    """Change a committee."""
    found = editable(request, pk)
    form = CommitteeForm(posted(request), instance=found, user=request.user)
    return form_page(
        request,
        form,
        save=lambda form: actions.edit(form.instance, actor=request.user, **form.details),
        title=_("Edit %(record)s") % {"record": found},
        done=_("Committee saved."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def archive(request, pk):
    """Take a committee out of use."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Archive %(record)s") % {"record": found},
        consequences=[_("It leaves lists and choices. Its page, its seats and its history stay.")],
        action=lambda: actions.archive(found, actor=request.user),
        verb=_("Archive"),
        danger=True,
        done=_("Committee archived. It can be restored from its page."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def restore(request, pk):
    """Bring an archived committee back."""
    found = editable(request, pk)
    return confirm_page(
        request,
        title=_("Restore %(record)s") % {"record": found},
        consequences=[_("It stands in lists and choices again.")],
        action=lambda: actions.restore(found, actor=request.user),
        verb=_("Restore"),
        done=_("Committee restored."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def seat_create(request, pk):
    """Give an organisation a seat."""
    found = editable(request, pk)
    return entry(
        request,
        found,
        SeatForm(posted(request), instance=CommitteeSeat(committee=found), user=request.user),
        actions.save_seat,
        title=_("Add a seat to %(committee)s") % {"committee": found},
        verb=_("Add seat"),
        done=_("Seat added."),
    )


@requires("change_directory")
def seat_edit(request, pk, seat_pk):
    """Change a seat."""
    found = editable(request, pk)
    seat = seat_of(found, seat_pk)
    return entry(
        request,
        found,
        SeatForm(posted(request), instance=seat, user=request.user),
        actions.save_seat,
        title=_("Edit the seat of %(organisation)s") % {"organisation": seat.organisation},
        verb=_("Save"),
        done=_("Seat saved."),
    )


@requires("change_directory")
def seat_end(request, pk, seat_pk):
    """Take a seat away."""
    found = editable(request, pk)
    seat = get_object_or_404(found.seats.select_related("organisation"), pk=seat_pk)

    def do():
        actions.end_seat(seat, actor=request.user)
        return found

    return confirm_page(
        request,
        title=_("End the seat of %(organisation)s") % {"organisation": seat.organisation},
        consequences=[
            _("Whoever fills it does so until today."),
            _("It no longer counts for the quorum. The history keeps it."),
        ],
        action=do,
        verb=_("End the seat"),
        danger=True,
        done=_("Seat ended."),
        crumbs=crumbs(found),
        cancel=found.get_absolute_url(),
    )


@requires("change_directory")
def holder_create(request, pk, seat_pk):
    """Name who fills a seat."""
    found = editable(request, pk)
    seat = seat_of(found, seat_pk)
    given = request.GET.get("position", "")
    initial = {"position": given} if given in SeatHolder.Position.values else {}
    return entry(
        request,
        found,
        HolderForm(posted(request), instance=SeatHolder(seat=seat), initial=initial, user=request.user),
        actions.name_holder,
        title=_("Name who fills the seat of %(organisation)s") % {"organisation": seat.organisation},
        verb=_("Name"),
        done=_("Seat filled."),
    )


@requires("change_directory")
def holder_end(request, pk, row_pk):
    """End somebody's time in a seat."""
    found = editable(request, pk)
    row = get_object_or_404(SeatHolder.objects.filter(seat__committee=found).select_related("seat"), pk=row_pk)
    return ending(request, row, actions.end_holder, _("The seat has a new vacancy."), back=found, crumbs=crumbs(found))


def entry(request, found, form, action, **words):
    """The page on which a row of a committee is entered."""

    def save(form):
        action(form.instance, actor=request.user)
        return found

    return form_page(request, form, save=save, crumbs=crumbs(found), cancel=found.get_absolute_url(), **words)


def seat_of(found, seat_pk):
    """A seat of a committee that is in use."""
    return get_object_or_404(found.seats.filter(archived_at=None).select_related("organisation"), pk=seat_pk)


def editable(request, pk):
    """The committee, if the reader may change it."""
    return get_object_or_404(Committee.objects.editable_by(request.user).select_related("parent"), pk=pk)


def crumbs(found=None):
    """The way to a committee."""
    way = [(_("Committees"), reverse("stakeholders:committee_list"))]
    return [*way, (found.name, found.get_absolute_url())] if found else way
