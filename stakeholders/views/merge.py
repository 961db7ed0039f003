"""Merging two organisations or two people: which two, what stays, and the consequences, before it is done."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.pages.form import form_page, posted

from .. import merge_fields, merge_rules
from ..actions import merge as actions
from ..forms.merge import MergeForm, OtherForm
from ..models import Organisation, Person
from ..similar import similar

ACTIONS = {Organisation: actions.merge_organisations, Person: actions.merge_people}


@dataclass(frozen=True)
class Moves:
    """One line of “What moves”."""

    title: Any
    moves: int
    together: int


@requires("change_directory")
def organisations(request, pk):
    """Merge another organisation into this one."""
    return merge(request, Organisation, "organisation", pk)


@requires("change_directory")
def people(request, pk):
    """Merge another person's record into this one."""
    return merge(request, Person, "person", pk)


def merge(request, model, kind, pk):
    """Ask for the other record, then compare the two."""
    stays = get_object_or_404(mergeable(request, model), pk=pk, archived_at=None)
    other = request.GET.get("with", "")
    if not other:
        return choose(request, kind, stays)
    if not other.isdecimal() or len(other) > 18 or int(other) == pk:
        raise Http404
    return compare(request, kind, stays, get_object_or_404(mergeable(request, model), pk=other))


def mergeable(request, model):
    """Records the reader may change and that were not merged away."""
    rows = model.objects.editable_by(request.user).filter(merged_into=None)
    return rows.filter(anonymised_at=None) if model is Person else rows


def choose(request, kind, stays):
    """Ask with which record; likely ones are one click away."""
    form = OtherForm(posted(request), kind=kind, user=request.user)
    here = reverse(f"stakeholders:{kind}_merge", args=[stays.pk])

    def save(form):
        return f"{here}?{urlencode({'with': form.cleaned_data['other'].pk})}"

    return form_page(
        request,
        form,
        save=save,
        title=_("Merge another record into %(record)s") % {"record": stays},
        lede=_("The other record then leads to this one. Nothing is changed before you have compared the two."),
        verb=_("Compare the two"),
        crumbs=crumbs(kind, stays),
        cancel=stays.get_absolute_url(),
        template="stakeholders/merge_choose.html",
        context={
            "likely": [
                (one, f"{here}?with={one.pk}") for one in similar(type(stays), stays.name, request.user, but=stays.pk)
            ]
        },
    )


def compare(request, kind, stays, goes):
    """Show the two beside each other, choose line by line, and merge."""
    form = MergeForm(posted(request), lines=merge_fields.lines(stays, goes), user=request.user)

    def save(form):
        return ACTIONS[type(stays)](stays, goes, take=form.take, reason=form.cleaned_data["reason"], actor=request.user)

    people = kind == "person"
    return form_page(
        request,
        form,
        save=save,
        title=_("Merge two people") if people else _("Merge two organisations"),
        lede=_("Choose what stays, line by line; the address of the second record then leads to the first."),
        verb=_("Merge into no. %(number)s") % {"number": stays.pk},
        done=_("Merged. The old address leads here."),
        crumbs=crumbs(kind, stays),
        cancel=stays.get_absolute_url(),
        template="stakeholders/merge.html",
        context={
            "stays": stays,
            "goes": goes,
            "people": people,
            "swap_url": ""
            if goes.archived_at
            else f"{reverse(f'stakeholders:{kind}_merge', args=[goes.pk])}?with={stays.pk}",
            **links(stays, goes),
        },
    )


def links(stays, goes):
    """What moves, in numbers, and what becomes of rows that both have."""
    moves, before, pairs, said = Counter(), Counter(), Counter(), []
    titles = {}
    for rule in merge_rules.rules_for(stays):
        title = str(rule.title)
        if not title:
            continue
        titles[title] = rule.title
        found = list(rule.pairs(stays, goes))
        moves[title] += rule.rows(goes).count()
        before[title] += rule.rows(stays).count()
        pairs[title] += len(found)
        said += [(title, words) for kept, gone in found if (words := rule.explain(kept, gone))]
    if getattr(stays, "user_id", None) and getattr(goes, "user_id", None):
        said.append((_("Login"), _("Both can sign in. %(login)s can no longer.") % {"login": goes.user.email}))
    return {
        "moves": [
            Moves(title, moves[title], before[title] + moves[title] - pairs[title])
            for title in titles
            if moves[title] or before[title]
        ],
        "both": said,
    }


def crumbs(kind, stays):
    """The way to a merge."""
    title = _("People") if kind == "person" else _("Organisations")
    return [(title, reverse(f"stakeholders:{kind}_list")), (stays.name, stays.get_absolute_url())]
