"""How messages leave: an SMTP server, or the folder `var/mail/` when none is set."""

import smtplib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class FolderBackend(BaseEmailBackend):
    """Writes each message into a file of its own, named by its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages; sending one twice leaves one file, as a mail server that knows its Message-ID would."""
        for email in email_messages:
            path = folder_path(email.extra_headers.get("Message-ID", ""))
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            unfinished.write_bytes(email.message().as_bytes())
            unfinished.replace(path)
        return len(email_messages)


def folder_path(message_id: str) -> Path:
    """Return the file of a message in `var/mail/`."""
    name = "".join(sign for sign in message_id if sign.isalnum() or sign in "@.-_").lstrip(".")
    return Path(settings.MAIL_DIR) / f"{name or 'unnamed'}.eml"


class _Watched(smtplib.SMTP):
    """An SMTP connection that knows whether a message is out of our hands.

    Up to the body of DATA a broken connection means "not sent". From there until the server's answer nobody knows.
    """

    handed_over = False

    def send(self, s: Any) -> None:
        """Send a command (text) or the body of a message (bytes)."""
        if isinstance(s, bytes):
            self.handed_over = True
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for the server's answer; with it the fate of what was sent is known."""
        answer = super().getreply()
        self.handed_over = False
        return answer


class _WatchedSSL(_Watched, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class SMTPBackend(EmailBackend):
    """Django's SMTP backend; after an error it can say whether the message may have gone out."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The watched kind of connection."""
        return _WatchedSSL if self.use_ssl else _Watched

    @property
    def handed_over(self) -> bool:
        """Whether the server had the whole message and did not answer."""
        return bool(getattr(self.connection, "handed_over", False))

    def abandon(self) -> None:
        """Forget a connection that failed; the next message opens a new one."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
