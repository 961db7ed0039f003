"""The contact log: one contact, logging it quickly or in full, correcting it, taking it back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.access.policy import requires
from nso_contacts.pages import drafts, panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import interaction as actions
from ..forms.interaction import InteractionForm, QuickForm, candidates, numbers, rhythms_answered
from ..models import Interaction, Task
from ..templatetags.contacts import heading
from . import prefill


@requires("view_directory")
def interaction(request, pk):
    """One contact with everything that belongs to it."""
    contact = get_object_or_404(
        Interaction.objects.visible_to(request.user)
        .select_related("author")
        .prefetch_related(
            "participants__person", "participants__organisation", "domains", "products", "groups", "files__file"
        ),
        pk=pk,
    )
    user, tab = request.user, request.GET.get("tab", "")
    context = {
        "title": contact.subject,
        "crumbs": crumbs(),
        "interaction": contact,
        "tasks": Task.objects.visible_to(user).filter(interaction=contact).select_related("assignee"),
        "settled": Task.objects.visible_to(user).filter(settled_by=contact),
        "may_edit": Interaction.objects.editable_by(user).filter(pk=pk).exists(),
        "tabs": panels.tabs("interaction", contact, user, tab, _("Overview")),
        "open_tab": panels.open_tab("interaction", contact, user, tab),
        "main_panels": panels.shown("interaction", contact, user, "main"),
        "rail_panels": panels.shown("interaction", contact, user, "rail"),
    }
    return render(request, "stakeholders/interaction.html", context)


@requires("log_interactions")
def quick(request):
    """Log a contact in seconds, over any page or as a page of its own."""
    if request.headers.get("HX-Target") == "settles":
        return render(request, "stakeholders/parts/settles.html", settling(request, request.GET))
    return log_page(request, QuickForm, name="stakeholders.quick_log", template="stakeholders/quick.html")


@requires("log_interactions")
def create(request):
    """Log a contact with everything there is to say of it."""
    return log_page(request, InteractionForm, name="stakeholders.log", template="stakeholders/interaction_form.html")


def log_page(request, form_class, *, name, template):
    """Show a form that logs a contact; when it is sent, log it and go back to where it was opened.

    Its draft is one for each record that it was opened about: half a contact with one person is not offered as the
    beginning of another's.
    """
    records = prefill.named(request)
    about = prefill.query(records)
    form = form_class(posted(request), initial=prefill.contact(records), user=request.user)

    def save(form):
        contact = actions.log(
            form.instance,
            form.company,
            actor=request.user,
            uploads=form.cleaned_data.get("uploads", ()),
            follow_up=form.follow_up,
            settles=form.settles,
        )
        messages.success(request, said(contact))
        if "another" in request.POST:
            return f"{reverse('stakeholders:interaction_quick')}?{urlencode({'next': prefill.back(request) or '/'})}"
        return prefill.back(request) or contact

    return form_page(
        request,
        form,
        save=save,
        title=_("Log a contact"),
        verb=_("Save contact"),
        template=template,
        crumbs=crumbs(),
        cancel=prefill.back(request) or reverse("stakeholders:interaction_list"),
        kept=f"{name}{about}",
        context={
            "about": about,
            "action": f"{request.path}{about}",
            "next": prefill.back(request),
            "owed_fields": [form["owed"], form["owed_on"]],
            **settling(request, form.data if form.is_bound else None, form),
        },
    )


def said(contact):
    """What is said after a contact was logged."""
    settled = contact.settled_tasks.count()
    words = _("%(contact)s logged.") % {"contact": heading(contact)}
    if settled:
        words += " " + ngettext("It settles one task.", "It settles %(n)s tasks.", settled) % {"n": settled}
    return words


def settling(request, data, form=None):
    """What a contact with the chosen people and organisations settles: tasks to tick, and rhythms answered."""
    names = ("people", "organisations", "user_groups")
    if data is None:
        people, organisations, groups = ([record.pk for record in form.initial.get(name, ())] for name in names)
        ticked, offered = form.initial.get("settles", []), []
    else:
        people, organisations, groups = (numbers(data.getlist(name)) for name in names)
        ticked, offered = numbers(data.getlist("settles")), numbers(data.getlist("offered"))
    return {
        "candidates": candidates(request.user, people, organisations, ticked=ticked, offered=offered),
        "rhythms": rhythms_answered(request.user, people, organisations, groups),
    }


@requires("log_interactions")
def edit(request, pk):
    """Correct a contact."""
    contact = get_object_or_404(Interaction.objects.editable_by(request.user), pk=pk)
    sides = contact.participants.select_related("person", "organisation")
    initial = {
        "people": [row.person for row in sides if row.side == row.Side.OUTSIDE and row.person],
        "organisations": [row.organisation for row in sides if row.side == row.Side.OUTSIDE and not row.person],
        "colleagues": [row.person for row in sides if row.side == row.Side.INSIDE],
        "user_groups": list(contact.groups.all()),
        "domains": list(contact.domains.all()),
        "products": list(contact.products.all()),
    }
    form = InteractionForm(posted(request), instance=contact, initial=initial, user=request.user)

    def save(form):
        return actions.edit(
            form.instance,
            form.company,
            actor=request.user,
            uploads=form.cleaned_data["uploads"],
            dropped_files=form.cleaned_data.get("dropped_files", ()),
        )

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit contact"),
        done=_("Contact saved."),
        crumbs=[*crumbs(), (contact, contact.get_absolute_url())],
        cancel=contact.get_absolute_url(),
        kept=drafts.form_of("stakeholders.contact", contact),
    )


@requires("log_interactions")
def delete(request, pk):
    """Take back a contact that was logged by mistake."""
    contact = get_object_or_404(Interaction.objects.editable_by(request.user), pk=pk)
    tasks, settled = contact.tasks.count(), contact.settled_tasks.count()
    consequences = [
        _("It leaves the timelines of everybody who took part, and the next contact due is computed without it.")
    ]
    if tasks:
        consequences.append(
            ngettext(
                "The task that followed from it is deleted.",
                "The %(n)s tasks that followed from it are deleted.",
                tasks,
            )
            % {"n": tasks}
        )
    if settled:
        consequences.append(
            ngettext(
                "The task that it settled is open again.", "The %(n)s tasks that it settled are open again.", settled
            )
            % {"n": settled}
        )
    consequences.append(_("Its history stays."))

    def action():
        actions.remove(contact, actor=request.user)
        return reverse("stakeholders:interaction_list")

    return confirm_page(
        request,
        title=_("Delete “%(contact)s”?") % {"contact": contact},
        consequences=consequences,
        action=action,
        verb=_("Delete contact"),
        danger=True,
        crumbs=[*crumbs(), (contact, contact.get_absolute_url())],
        cancel=contact.get_absolute_url(),
        done=_("Contact deleted."),
    )


def crumbs():
    """The way to a contact."""
    return [(_("Contact log"), reverse("stakeholders:interaction_list"))]
