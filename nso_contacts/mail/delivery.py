"""A delivery run: claim one message, ask once more whether it is wanted, send it, write down what became of it.

Each step commits on its own and sending happens outside of transactions, so a process that dies leaves at most one
message in doubt. Any number of runs may be at work at once; they never hold the same message.
"""

import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from nso_contacts.office.models import Holiday, Office, remembering_office

from . import purposes, writing
from .models import Message, entry, noted

logger = logging.getLogger(__name__)

RUN_SECONDS = 30
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# How long to wait after each attempt that failed for a while; after the last one a person decides.
PATIENCE = [timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 360, 720, 1440)]
# The hourly ceiling is counted again after so many messages; parallel runs pass it by no more than that.
COUNT_AGAIN_AFTER = 20


class NotNow(Exception):
    """The server cannot take this message now. `stop`: nor any other, so the run ends."""

    def __init__(self, detail: str, *, stop: bool) -> None:
        super().__init__(detail)
        self.stop = stop


class Bounced(Exception):
    """The server refuses this recipient for good."""


class Refused(Exception):
    """The server refuses this message for good, whoever receives it."""


class Doubtful(Exception):
    """The message was handed over and no answer came."""


@dataclass
class Gate:
    """What may go out now: office hours, the hourly ceiling, and whether mail is held."""

    is_open: bool
    left: int
    is_held: bool = False

    @classmethod
    def now(cls) -> Self:
        """Look at the clock and count."""
        office, moment = Office.objects.current(), timezone.now()
        lately = Message.objects.filter(
            Q(state=Message.State.SENT, sent_at__gt=moment - timedelta(hours=1)) | Q(state=Message.State.SENDING),
            priority__gte=_first_refusable(),
        ).count()
        return cls(
            is_open=is_working_time(office, moment),
            left=office.hourly_mail_ceiling - lately,
            is_held=office.mail_held_at is not None,
        )

    def due(self, moment: datetime) -> Any:
        """Return what is due and may go out."""
        due = Message.objects.due(moment)
        if self.is_held:
            return due.filter(message_class=purposes.MessageClass.SECURITY)
        if self.left <= 0:
            return due.filter(priority__lt=_first_refusable())
        if not self.is_open:
            return due.exclude(scheduled=True, priority__gte=_first_refusable())
        return due


def _first_refusable() -> int:
    return purposes.MessageClass.values.index(purposes.REFUSABLE[0])


def is_working_time(office: Office, moment: datetime) -> bool:
    """Whether the office is open: a working day, no holiday, within the hours."""
    local = timezone.localtime(moment, office.zone)
    return (
        local.weekday() in office.working_weekdays
        and office.opens <= local.time() < office.closes
        and not Holiday.objects.filter(date=local.date()).exists()
    )


def anything_due(moment: datetime) -> bool:
    """Whether a run would find something to send."""
    return bool(Gate.now().due(moment).exists())


def run(seconds: float = RUN_SECONDS) -> bool:
    """Send what is due, for `seconds` at most. True if there is more to do at once."""
    with remembering_office(), Server() as server:
        started, gate, count = time.monotonic(), Gate.now(), 0
        while time.monotonic() - started < seconds:
            now = timezone.now()
            message = gate.due(now).claim(now)
            if message is None:
                return False
            if not deliver(message, server):
                return False
            gate.left -= message.priority >= _first_refusable()
            count += 1
            if count % COUNT_AGAIN_AFTER == 0:
                gate = Gate.now()
        return anything_due(timezone.now())


def settle_expired(moment: datetime) -> int:
    """Settle what a dead process left in "sending". Returns how many now need a person.

    Sign-in and service messages are sent again, with the same Message-ID; for the others a person decides.
    """
    expired = Message.objects.filter(state=Message.State.SENDING, lease_until__lt=moment)
    expired.filter(message_class__in=purposes.SENT_AGAIN).update(
        state=Message.State.QUEUED, lease_until=None, due_at=moment, when_at=moment, log=noted("again")
    )
    with transaction.atomic():
        doubtful = list(
            expired.filter(message_class__in=purposes.REFUSABLE)
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")
        )
        rows = Message.objects.filter(pk__in=[message.pk for message in doubtful])
        rows.update(
            state=Message.State.UNCERTAIN, lease_until=None, due_at=None, when_at=moment, log=noted("uncertain")
        )
        for message in doubtful:
            _warn(message)
    return len(doubtful)


def deliver(message: Message, server: "Server") -> bool:
    """Send one claimed message and write down the outcome. False if the server takes nothing at the moment."""
    try:
        reason = reason_to_drop(message)
        if reason:
            _settle(message, Message.State.DROPPED, "dropped", detail=reason)
            return True
        written = writing.write(message)
        links = writing.make_links(message)
        email = writing.envelope(message, written, links)
    except Exception as error:
        # Whatever is wrong with one message, a template or a purpose's own code, must not hold up the others.
        logger.exception("Message %s could not be written.", message.pk)
        _settle(message, Message.State.FAILED, "unwritten", detail=f"{type(error).__name__}: {error}")
        return True
    return _send(message, written, email, server)


def reason_to_drop(message: Message) -> str:
    """Return why a message must not go out any more; "" if it may."""
    purpose = purposes.required(message.purpose)
    with translation.override(Office.objects.current().first_language):
        return str(purpose.still_wanted(message) or (purposes.objection(message) if purpose.may_be_refused else ""))


def _send(message: Message, written: writing.Written, email: EmailMultiAlternatives, server: "Server") -> bool:
    kept: dict[str, Any] = {"subject_line": written.subject, "attached": [name for name, *_ in written.attachments]}
    if not message.keeps_no_body:
        kept |= {"text": written.text, "html": written.html}
    try:
        server.send(email)
    except NotNow as error:
        _try_later(message, str(error), kept)
        return not error.stop
    except Doubtful as error:
        if message.message_class in purposes.SENT_AGAIN:
            _try_later(message, str(error), kept)
        else:
            _settle(message, Message.State.UNCERTAIN, "doubtful", detail=str(error), **kept)
    except Bounced as error:
        _settle(message, Message.State.BOUNCED, "bounced", detail=str(error), **kept)
        _tell(message)
    except Refused as error:
        _settle(message, Message.State.FAILED, "refused", detail=str(error), **kept)
    else:
        _settle(message, Message.State.SENT, "sent", sent_at=timezone.now(), **kept)
        _tell(message)
    return True


def _try_later(message: Message, detail: str, kept: dict[str, Any]) -> None:
    later = PATIENCE[message.attempts - 1 : message.attempts]
    due_at = timezone.now() + later[0] if later else None
    _settle(message, Message.State.FAILED, "later" if due_at else "given_up", detail=detail, due_at=due_at, **kept)


def _settle(message: Message, state: str, what: str, *, detail: str = "", **changes: Any) -> None:
    log = [*message.log, entry(what, detail=detail)]
    values = {"state": state, "reason": detail[:300], "due_at": None, "when_at": timezone.now(), "log": log} | changes
    with transaction.atomic():
        if Message.objects.settle(message, **values):
            for name, value in {**values, "lease_until": None}.items():
                setattr(message, name, value)
            if message.needs_a_look:
                _warn(message)


def _tell(message: Message) -> None:
    for tell in purposes.outcome_listeners():
        try:
            tell(message)
        except Exception:
            # The message is out and its row says so; a listener's mistake must not stop the others.
            logger.exception("%r failed for message %s.", tell, message.pk)


def _warn(message: Message) -> None:
    """Tell whoever has to know that a message needs a look."""
    for tell in purposes.trouble_listeners():
        try:
            with transaction.atomic():
                tell(message)
        except Exception:
            # What became of the message is the more important news.
            logger.exception("%r failed for message %s.", tell, message.pk)


class Server:
    """The connection of one run: opened with the first message, kept open, opened anew when the server closes it."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._backend is not None:
            try:
                self._backend.close()
            except OSError:
                logger.info("The mail server had closed the connection already.")

    def send(self, email: EmailMultiAlternatives) -> None:
        """Hand over one message. Raises NotNow, Bounced, Refused or Doubtful."""
        self._open()
        try:
            self._hand_over(email)
        except NotNow as error:
            # Servers close a connection after so many messages: that is no failure, a new connection goes on.
            if not (self._sent and isinstance(error.__cause__, smtplib.SMTPServerDisconnected)):
                raise
            self._open()
            self._hand_over(email)
        self._sent += 1

    def _open(self) -> None:
        if self._backend is None:
            self._backend = get_connection(backend_name())
        try:
            if self._backend.open():
                self._sent = 0
        except OSError as error:
            raise NotNow(words(error), stop=True) from error

    def _hand_over(self, email: EmailMultiAlternatives) -> None:
        try:
            self._backend.send_messages([email])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            self._judge(error, code, reply, Bounced)
        except smtplib.SMTPSenderRefused as error:
            # 552 is about this message's size; anything else about us, so no other message would get through.
            refusal = Refused if error.smtp_code == 552 else None
            self._judge(error, error.smtp_code, error.smtp_error, refusal, stop=True)
        except smtplib.SMTPDataError as error:
            self._judge(error, error.smtp_code, error.smtp_error, Refused)
        except OSError as error:
            doubtful = getattr(self._backend, "handed_over", False)
            self._abandon()
            if doubtful:
                raise Doubtful(words(error)) from error
            raise NotNow(words(error), stop=True) from error

    def _judge(
        self,
        error: smtplib.SMTPException,
        code: int,
        reply: bytes | str,
        for_good: type[Exception] | None,
        *,
        stop: bool = False,
    ) -> None:
        said = f"{code} {reply.decode(errors='replace') if isinstance(reply, bytes) else reply}"
        if code == 421:
            self._abandon()
        if 500 <= code < 600 and for_good is not None:
            raise for_good(said) from error
        if not 400 <= code < 600:
            raise Doubtful(said) from error
        raise NotNow(said, stop=stop) from error

    def _abandon(self) -> None:
        abandon = getattr(self._backend, "abandon", None)
        if abandon is not None:
            abandon()


def backend_name() -> str:
    """Return the backend for sending. A demonstration office reaches no mail server but one on this machine."""
    smtp = settings.EMAIL_BACKEND.endswith((".SMTPBackend", ".smtp.EmailBackend"))
    if smtp and Office.objects.current().is_demonstration and settings.EMAIL_HOST not in LOOPBACK:
        return "nso_contacts.mail.backends.FolderBackend"
    return "nso_contacts.mail.backends.SMTPBackend" if smtp else settings.EMAIL_BACKEND


def words(error: BaseException) -> str:
    """Return an error in one line."""
    return " ".join(f"{error or type(error).__name__}".split())
