"""Inviting the people chosen in a list: what workshops add to the bulk actions of the directory."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.accounts.models import User
from nso_contacts.pages import picks
from stakeholders import bulk_kinds
from stakeholders.forms.bulk import BulkForm
from stakeholders.models import Person

from . import invitees, wording
from .actions import invitation
from .models import Event, Invitation
from .models.event import DRAFT, INVITED


class WorkshopForm(BulkForm):
    """The workshop people are put on the list of."""

    workshop = picks.Pick("open_workshop", label=gettext_lazy("Workshop"))


def register() -> None:
    """Offer it on the list of people."""
    picks.register(
        picks.PickSource(
            "open_workshop",
            gettext_lazy("Workshop"),
            lambda user: Event.objects.visible_to(user).filter(status__in=(*DRAFT, *INVITED)),
            detail=wording.when_short,
            fields=("title",),
            order=("start",),
            capability="change_workshops",
        )
    )
    bulk_kinds.register(
        bulk_kinds.Kind(
            "invite",
            gettext_lazy("Invite to workshop"),
            ("person",),
            describe=lambda given: _("Put on the list of “%(workshop)s”") % given,
            left_out=left_out,
            act=put_on_list,
            form=WorkshopForm,
            icon="envelope-paper",
            capability="change_workshops",
            primary=True,
            consequences=(gettext_lazy("Nobody is written to before you send the invitations from the workshop."),),
            order=20,
        )
    )


def left_out(subject: str, given: bulk_kinds.Given) -> list[tuple[Any, Any]]:
    """Who stands on the list already, and who cannot be invited at all."""
    here = Invitation.objects.filter(event=given["workshop"], person=OuterRef("pk"))
    themselves = invitees.with_obstacle(Person.objects.filter(pk=OuterRef("pk")))
    cannot = [(words, Exists(themselves.filter(obstacle=key))) for key, words in invitees.REASONS.items()]
    return [(_("Stands on the list already"), Exists(here)), *cannot]


def put_on_list(model: Any, pks: list[int], given: bulk_kinds.Given, *, actor: User) -> None:
    """Put them on the list."""
    people = Person.objects.filter(pk__in=pks)
    invitation.choose(given["workshop"], people, source=Invitation.Source.FILTER, actor=actor)
