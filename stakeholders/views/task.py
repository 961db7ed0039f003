"""Tasks: one task, adding and changing it, and what becomes of it."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.office import clock
from nso_contacts.pages import panels
from nso_contacts.pages.form import form_page, posted

from ..actions import task as actions
from ..forms.task import MoveForm, TaskForm
from ..models import Interaction, Task
from . import prefill


@requires("view_directory")
def task(request, pk):
    """One task: what is owed to whom, where it came from, how it ended."""
    user = request.user
    found = get_object_or_404(
        Task.objects.visible_to(user).select_related("person", "organisation", "assignee", "created_by"), pk=pk
    )
    contacts = Interaction.objects.visible_to(user)
    tab = request.GET.get("tab", "")
    context = {
        "title": found.title,
        "crumbs": crumbs(),
        "task": found,
        "is_open": found.done_at is None and found.cancelled_at is None,
        "may_edit": Task.objects.editable_by(user).filter(pk=pk).exists(),
        # Through the row rule: a task may come from a contact that the one who has to do it does not see.
        "came_from": contacts.filter(pk=found.interaction_id).first(),
        "settled_by": contacts.filter(pk=found.settled_by_id).first(),
        "tabs": panels.tabs("task", found, user, tab, _("Overview")),
        "open_tab": panels.open_tab("task", found, user, tab),
    }
    return render(request, "stakeholders/task.html", context)


@requires("log_interactions")
def create(request):
    """Add something that is owed."""
    records = prefill.named(request)
    kind = request.GET.get("kind", "")
    initial = {
        "person": records.get("person"),
        "organisation": records.get("organisation"),
        "kind": kind if kind in Task.Kind.values else Task.Kind.REPLY,
        "due_on": clock.today() + timedelta(days=7),
    }
    form = TaskForm(posted(request), initial=initial, user=request.user)

    def save(form):
        added = actions.add(form.instance, actor=request.user)
        return prefill.back(request) or added

    return form_page(
        request,
        form,
        save=save,
        title=_("Plan a visit") if kind == Task.Kind.VISIT else _("Add a task"),
        verb=_("Add task"),
        done=_("Task added."),
        crumbs=crumbs(),
        cancel=prefill.back(request) or reverse("stakeholders:task_list"),
        context={"next": prefill.back(request)},
        template="stakeholders/task_form.html",
    )


@requires("log_interactions")
def edit(request, pk):
    """Change what is owed, to whom, by whom and until when."""
    found = get_object_or_404(Task.objects.editable_by(request.user), pk=pk)
    form = TaskForm(posted(request), instance=found, user=request.user)

    def save(form):
        return actions.change(form.instance, actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Edit task"),
        done=_("Task saved."),
        crumbs=[*crumbs(), (found, found.get_absolute_url())],
        cancel=found.get_absolute_url(),
    )


@requires("log_interactions")
def move(request, pk):
    """Let a task be due on another day."""
    found = get_object_or_404(Task.objects.editable_by(request.user).open(), pk=pk)
    form = MoveForm(posted(request), initial={"due_on": found.due_on}, user=request.user)

    def save(form):
        actions.move(found, due_on=form.cleaned_data["due_on"], reason=form.cleaned_data["reason"], actor=request.user)
        return prefill.back(request) or found

    return form_page(
        request,
        form,
        save=save,
        title=_("Move “%(task)s” to another day") % {"task": found},
        verb=_("Move date"),
        done=_("Date moved."),
        crumbs=[*crumbs(), (found, found.get_absolute_url())],
        cancel=found.get_absolute_url(),
        context={"next": prefill.back(request)},
        template="stakeholders/task_form.html",
    )


@requires("log_interactions")
@require_POST
def done(request, pk):
    """Mark a task as done."""
    return change_state(request, pk, actions.done, _("Task done."))


@requires("log_interactions")
@require_POST
def cancel(request, pk):
    """Drop a task that is no longer owed."""
    return change_state(request, pk, actions.cancel, _("Task cancelled."))


@requires("log_interactions")
@require_POST
def reopen(request, pk):
    """Take back that a task was done or cancelled."""
    return change_state(request, pk, actions.reopen, _("Task open again."))


def change_state(request, pk, action, said):
    """Do what a button of the task's page says, and go back to the task."""
    found = get_object_or_404(Task.objects.editable_by(request.user), pk=pk)
    if action(found, actor=request.user):
        messages.success(request, said)
    return redirect(prefill.back(request) or found)


def crumbs():
    """The way to a task."""
    return [(_("Tasks"), reverse("stakeholders:task_list"))]
