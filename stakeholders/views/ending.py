"""The page that asks for the last day of something."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from nso_contacts.office import clock
from nso_contacts.pages.form import form_page, posted

from ..forms.person import LastDayForm


def ending(request, row, action, done, *, back, crumbs):
    """Ask for the last day, end `row` on it and go `back`."""
    form = LastDayForm(posted(request), initial={"on": clock.today()}, user=request.user)

    def save(form):
        try:
            action(row, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], actor=request.user)
        except ValidationError as refusal:
            raise ValidationError({"on": refusal.messages}) from refusal
        return back

    return form_page(
        request,
        form,
        save=save,
        title=_("End: %(row)s") % {"row": row},
        verb=_("End"),
        done=done,
        crumbs=crumbs,
        cancel=back.get_absolute_url(),
    )
