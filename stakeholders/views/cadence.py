"""Moving the next contact with an organisation, a person or a group to another day."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from nso_contacts.access.policy import requires
from nso_contacts.pages.form import form_page, posted

from ..actions import cadence as actions
from ..contacts import SUBJECTS
from ..forms.cadence import MoveDueForm
from . import prefill


@requires("log_interactions")
def move(request, kind, pk):
    """Let the next contact be due on another day, or by the agreed rhythm again."""
    record = get_object_or_404(SUBJECTS[kind].objects.visible_to(request.user).active(), pk=pk)
    form = MoveDueForm(posted(request), initial={"due_on": record.next_due_on}, user=request.user)

    def save(form):
        if form.cleaned_data["due_on"]:
            actions.move(
                record, due_on=form.cleaned_data["due_on"], reason=form.cleaned_data["reason"], actor=request.user
            )
        else:
            actions.follow_rhythm(record, actor=request.user)
        return prefill.back(request) or record

    return form_page(
        request,
        form,
        save=save,
        title=_("Move the next contact with %(name)s") % {"name": record},
        verb=_("Move date"),
        done=_("Date moved."),
        crumbs=[(record, record.get_absolute_url())],
        cancel=record.get_absolute_url(),
        consequences=[_("The date holds until somebody has spoken to them; then the agreed rhythm counts again.")],
        context={"next": prefill.back(request)},
        template="stakeholders/task_form.html",
    )
