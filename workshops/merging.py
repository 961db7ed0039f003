"""What becomes of invitations and attendance when two people or two organisations are merged."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stakeholders import merge_rules

from .models import Attendance, Invitation


def register() -> None:
    """Tell the merge what to do."""
    invitations, attendance = gettext_lazy("Invitations"), gettext_lazy("Attendance")
    merge_rules.register(
        # First the colleagues named, so that nobody is left naming themselves.
        DelegateRule(Invitation, "delegate"),
        merge_rules.Rule(
            Invitation, "person", invitations, same=("event",), settle=settle_invitation, explain=one_invitation
        ),
        merge_rules.Rule(Invitation, "organisation", invitations),
        merge_rules.Rule(
            Attendance, "person", attendance, same=("event",), settle=settle_attendance, explain=one_attendance
        ),
        merge_rules.Rule(Attendance, "organisation", attendance),
    )


def settle_invitation(kept: Invitation, gone: Invitation) -> None:
    """Two invitations to one event: the one that says more stays, with its messages and links."""
    stays, goes = (kept, gone) if _weight(kept) >= _weight(gone) else (gone, kept)
    if stays.delegate_for_id == goes.pk:
        Invitation.objects.filter(pk=stays.pk).update(delegate_for=goes.delegate_for_id)
    Invitation.objects.filter(delegate_for=goes.pk).exclude(pk=stays.pk).update(delegate_for=stays.pk)
    Invitation.objects.filter(pk=goes.pk).update(delegate_for=None)
    goes.delete()


def _weight(invitation: Invitation) -> tuple[bool, bool]:
    return bool(invitation.reply), invitation.invited_at is not None


def one_invitation(kept: Invitation, gone: Invitation) -> str:
    """Say which of the two invitations stays."""
    return _("%(event)s: invited twice. The invitation with a reply stays.") % {"event": kept.event}


class DelegateRule(merge_rules.Rule):
    """The colleague somebody named; who named themselves simply has not answered."""

    def move(self, stays: Any, goes: Any) -> None:
        """Point at the person who stays, and take back a reply that now names the guest."""
        both = [stays.pk, goes.pk]
        Invitation.objects.filter(delegate__in=both, person__in=both).update(
            reply="", delegate=None, answered_at=None, answered_by=None
        )
        super().move(stays, goes)


def settle_attendance(kept: Attendance, gone: Attendance) -> None:
    """Who is on the list twice was there if either row says so."""
    if gone.was_there and not kept.was_there:
        kept.delete()
    else:
        gone.delete()


def one_attendance(kept: Attendance, gone: Attendance) -> str:
    """Say that one row stays."""
    return _("%(event)s: on the attendance list twice. One row stays.") % {"event": kept.event}
