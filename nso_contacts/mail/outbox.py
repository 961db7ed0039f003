"""Writing messages: `post` puts one into the caller's transaction, the rest stops, moves or hurries waiting ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from nso_contacts.office.models import Office, remembering_office

from . import purposes
from .models import Message, entry, noted
from .tasks import ring

NO_ADDRESS = gettext_lazy("no address")
ONCE = ("purpose", "subject_type", "subject_id", "recipient_key", "version")


@dataclass(frozen=True)
class Letter:
    """One message to be posted by `post_many`; see `post` for the fields."""

    subject: models.Model
    recipient: models.Model | None = None
    address: str = ""
    name: str = ""
    language: str = ""
    version: object = "1"
    context: Mapping[str, Any] = field(default_factory=dict)


def post(
    purpose: str,
    *,
    subject: models.Model,
    recipient: models.Model | None = None,
    address: str = "",
    name: str = "",
    language: str = "",
    version: object = "1",
    not_before: datetime | None = None,
    scheduled: bool = False,
    held: bool | None = None,
    context: Mapping[str, Any] | None = None,
) -> Message:
    """Write one message in the caller's transaction; it is sent after the commit.

    There is one message per purpose, subject, recipient (or address, if nobody known receives it) and version: posting
    twice returns the first one unchanged. `scheduled` says that no person pressed a button for it, so it may wait for
    office hours. `held` waits for approval (default: as the purpose says). Without an address the message is written
    down as cancelled, so that the gap is seen. `context` is stored: no secrets.
    """
    letter = Letter(subject, recipient, address, name, language, version, context or {})
    message = _write(purposes.required(purpose), letter, not_before, scheduled=scheduled, held=held)
    # The unique constraint decides, also between two that post the same message in the same moment.
    Message.objects.bulk_create([message], ignore_conflicts=True)
    stored = Message.objects.get(**{name: getattr(message, name) for name in ONCE})
    if stored.message_id == message.message_id:
        _ring_after_commit([stored])
    return stored


def post_many(
    purpose: str,
    letters: Iterable[Letter],
    *,
    not_before: datetime | None = None,
    scheduled: bool = False,
    held: bool | None = None,
) -> int:
    """Write many messages of one purpose at once, as `post` would. Returns how many are new."""
    reason = purposes.required(purpose)
    # One moment for all of them: the list of messages shows as one line what goes out together.
    moment = not_before or timezone.now()
    with remembering_office():
        messages = [_write(reason, letter, moment, scheduled=scheduled, held=held) for letter in letters]
    made_of = Message.objects.filter(message_id__in=[message.message_id for message in messages])
    Message.objects.bulk_create(messages, ignore_conflicts=True, batch_size=500)
    _ring_after_commit(messages)
    return made_of.count()


def cancel(subject: models.Model, keys: Iterable[str] = (), *, reason: str) -> int:
    """Stop what still waits about `subject`, of the purposes `keys` or of all. Returns how many were stopped."""
    waiting = Message.objects.for_subject(subject).waiting()
    chosen = list(keys)
    return (waiting.of(*chosen) if chosen else waiting).update(
        state=Message.State.DROPPED,
        reason=reason[:300],
        due_at=None,
        when_at=timezone.now(),
        log=noted("dropped", detail=reason),
    )


def reschedule(messages: Message | models.QuerySet[Message], not_before: datetime) -> int:
    """Move waiting messages to another time; those already tried keep their place. Returns how many moved."""
    moved = (
        _chosen(messages)
        .filter(state=Message.State.QUEUED)
        .update(not_before=not_before, due_at=not_before, when_at=not_before)
    )
    held = _chosen(messages).filter(state=Message.State.HELD).update(not_before=not_before, when_at=not_before)
    if moved and not_before <= timezone.now():
        ring_after_commit()
    return moved + held


def send_now(messages: Message | models.QuerySet[Message] | Iterable[Message], *, by: object = "") -> int:
    """Send waiting messages ahead of their time: a person asked, so office hours do not hold them back.

    `by` is who asked. What waits for approval stays there. Returns how many will go.
    """
    now = timezone.now()
    sent = (
        _chosen(messages)
        .filter(state__in=Message.TO_SEND)
        .update(
            state=Message.State.QUEUED,
            scheduled=False,
            not_before=now,
            due_at=now,
            when_at=now,
            looked_at=None,
            log=noted("hurried", by=by),
        )
    )
    if sent:
        ring_after_commit()
    return sent


def ring_after_commit() -> None:
    """Wake a delivery run when the transaction is through: once for it, however many messages it writes.

    A bell the broker loses costs seconds, not messages: the sweep finds whatever is due.
    """
    if not any(entry[1] is ring for entry in connection.run_on_commit):
        transaction.on_commit(ring, robust=True)


def _chosen(messages: Any) -> Any:
    if isinstance(messages, models.QuerySet):
        return Message.objects.filter(pk__in=messages.order_by().values("pk"))
    chosen = [messages] if isinstance(messages, Message) else list(messages)
    return Message.objects.filter(pk__in=[message.pk for message in chosen])


def _ring_after_commit(messages: list[Message]) -> None:
    now = timezone.now()
    if any(message.state == Message.State.QUEUED and message.not_before <= now for message in messages):
        ring_after_commit()


def _write(
    purpose: purposes.Purpose,
    letter: Letter,
    not_before: datetime | None,
    *,
    scheduled: bool,
    held: bool | None,
) -> Message:
    now = timezone.now()
    planned = not_before or now
    address = letter.address.strip()
    about, about_url = purpose.about(letter.subject)
    message = Message(
        purpose=purpose.key,
        message_class=purpose.message_class,
        priority=purpose.priority,
        subject_type=ContentType.objects.get_for_model(letter.subject),
        subject_id=letter.subject.pk,
        recipient_key=address.lower(),
        version=str(letter.version),
        recipient_name=(letter.name or (str(letter.recipient) if letter.recipient else ""))[:250],
        address=address,
        about=about[:250],
        about_url=about_url[:250],
        language=letter.language or Office.objects.current().first_language,
        context=dict(letter.context),
        scheduled=scheduled,
        not_before=planned,
        due_at=planned,
        when_at=planned,
        created_at=now,
        log=[entry("scheduled" if planned > now else "posted")],
    )
    if letter.recipient is not None:
        message.recipient_type = ContentType.objects.get_for_model(letter.recipient)
        message.recipient_id = letter.recipient.pk
        message.recipient_key = f"{letter.recipient._meta.label_lower}/{letter.recipient.pk}"
    if not address:
        message.state, message.reason, message.due_at = Message.State.DROPPED, str(NO_ADDRESS), None
    elif purpose.held if held is None else held:
        message.state, message.due_at = Message.State.HELD, None
    return message
