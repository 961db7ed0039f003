"""The warning that a record may exist already: while typing, and once more before it is added."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from ..similar import similar

ANYWAY = "anyway"


@dataclass
class Warned:
    """What was found, and whether the reader said that theirs is another one."""

    similar: list[Any] = field(default_factory=list)
    anyway: bool = False

    def refuse_unless_confirmed(self):
        """Stop before a likely duplicate is added, unless “add it anyway” is ticked."""
        if self.similar and not self.anyway:
            raise ValidationError(
                _("This may exist already. Look at the likely duplicates; if it is another one, tick “Add it anyway”.")
            )

    def context(self, url_name):
        """What stakeholders/directory_form.html needs. Filled while the page is drawn, after the form was checked."""
        return {"warned": self, "similar_url": reverse(url_name)}


def warned(request, form, model):
    """Look for likely duplicates of what a form says."""
    if request.method != "POST":
        return Warned()
    found = similar(model, request.POST.get("name", ""), request.user)
    return Warned(found, anyway=ANYWAY in request.POST)
