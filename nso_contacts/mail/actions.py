"""What people do to messages. Each is one conditional update, so pressing a button twice does it once.

Messages keep their own log, line by line with who asked, in place of a row history.
"""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from nso_contacts.office import actions as office_actions

from . import outbox, purposes
from .models import Message, MessageQuerySet, noted

RETRIED = (Message.State.FAILED, Message.State.BOUNCED, Message.State.DROPPED)


@transaction.atomic
def retry(message: Message, *, actor: Any) -> bool:
    """Try a message again that failed, bounced or was cancelled. False if it is in another state by now."""
    return _to_queue(message, RETRIED, "retried", actor)


@transaction.atomic
def send_again(message: Message, *, actor: Any) -> bool:
    """Resolve a doubtful message: it did not arrive, so it goes out once more, with the same Message-ID."""
    return _to_queue(message, [Message.State.UNCERTAIN], "resolved_again", actor)


@transaction.atomic
def mark_sent(message: Message, *, actor: Any) -> bool:
    """Resolve a doubtful message: it did arrive."""
    return bool(
        Message.objects.filter(pk=message.pk, state=Message.State.UNCERTAIN).update(
            state=Message.State.SENT, sent_at=message.when_at, reason="", log=noted("resolved_sent", by=actor)
        )
    )


@transaction.atomic
def stop(message: Message, *, actor: Any, reason: str = "") -> bool:
    """Do not send a message that waits, failed or is in doubt."""
    states = [*Message.WAITING, Message.State.UNCERTAIN]
    return bool(
        Message.objects.filter(pk=message.pk, state__in=states).update(
            state=Message.State.DROPPED,
            reason=(reason or _("by %(name)s") % {"name": actor})[:300],
            due_at=None,
            when_at=timezone.now(),
            log=noted("dropped", detail=reason, by=actor),
        )
    )


@transaction.atomic
def leave(message: Message, *, actor: Any) -> bool:
    """Decide that a failure needs nothing more; it stays failed and leaves the list of what needs a look."""
    return bool(
        Message.objects.needing_a_look()
        .exclude(state=Message.State.UNCERTAIN)
        .filter(pk=message.pk)
        .update(looked_at=timezone.now(), log=noted("left", by=actor))
    )


@transaction.atomic
def approve(messages: MessageQuerySet, *, actor: Any) -> int:
    """Release held messages; each goes out at its planned time, or at once if that has passed."""
    held = list(messages.filter(state=Message.State.HELD).select_for_update(of=("self",)).order_by("pk"))
    now = timezone.now()
    for message in held:
        message.state = Message.State.QUEUED
        message.due_at = message.when_at = max(message.not_before, now)
        message.log = [*message.log, {"at": now.isoformat(), "what": "approved", "by": str(actor)}]
    Message.objects.bulk_update(held, ["state", "due_at", "when_at", "log"], batch_size=500)
    if held:
        outbox.ring_after_commit()
    return len(held)


@transaction.atomic
def send_now(messages: MessageQuerySet, *, actor: Any) -> int:
    """Send waiting messages ahead of their time."""
    return outbox.send_now(messages, by=actor)


@transaction.atomic
def doubt_what_waits(because: str) -> int:
    """Put in doubt whatever waits, is being sent or is tried again: it may have gone out. Returns how many.

    For a restored office: what its backup shows as waiting may have been sent since. A person decides on each, by the
    list of what needs a look; messages for signing in have lost their point and are dropped. What waits for approval
    goes on waiting for it, with a note.
    """
    now = timezone.now()
    waiting = Message.objects.filter(
        Q(state__in=[Message.State.QUEUED, Message.State.SENDING]) | Q(state=Message.State.FAILED, due_at__isnull=False)
    )
    settled = {"due_at": None, "lease_until": None, "when_at": now, "reason": because[:300]}
    waiting.filter(message_class=purposes.MessageClass.SECURITY).update(
        state=Message.State.DROPPED, log=noted("dropped", detail=because), **settled
    )
    Message.objects.filter(state=Message.State.HELD).update(log=noted("restored", detail=because))
    return waiting.update(state=Message.State.UNCERTAIN, log=noted("restored", detail=because), **settled)


@transaction.atomic
def release(*, cancel: bool, actor: Any) -> int:
    """Let held mail go after a restore; with `cancel`, what waits by now is stopped. Returns how many were stopped."""
    stopped = 0
    if cancel:
        reason = _("cancelled before mail was let go")
        stopped = (
            Message.objects.waiting()
            .exclude(state=Message.State.HELD)
            .update(
                state=Message.State.DROPPED,
                reason=reason,
                due_at=None,
                when_at=timezone.now(),
                log=noted("dropped", detail=reason, by=actor),
            )
        )
    office_actions.release_mail(actor=actor)
    outbox.ring_after_commit()
    return stopped


def _to_queue(message: Message, states: Any, what: str, actor: Any) -> bool:
    now = timezone.now()
    queued = (
        Message.objects.filter(pk=message.pk, state__in=states)
        .exclude(address="")
        .update(
            state=Message.State.QUEUED,
            scheduled=False,
            due_at=now,
            when_at=now,
            looked_at=None,
            reason="",
            log=noted(what, by=actor),
        )
    )
    if queued:
        outbox.ring_after_commit()
    return bool(queued)
