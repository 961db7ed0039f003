"""What became of a message, step by step, for its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Message


@dataclass(frozen=True)
class Step:
    """One step of a delivery."""

    icon: str
    title: Any
    at: datetime
    text: str = ""
    by: str = ""


STEPS = {
    "posted": ("envelope", gettext_lazy("Written"), ""),
    "scheduled": ("calendar-check", gettext_lazy("Scheduled"), ""),
    "hurried": ("send", gettext_lazy("Sent ahead of its time"), ""),
    "approved": ("hand-thumbs-up", gettext_lazy("Approved"), ""),
    "sent": ("check2", gettext_lazy("Sent"), gettext_lazy("Taken by the mail server.")),
    "later": ("send", gettext_lazy("Not delivered yet"), gettext_lazy("It is tried again later.")),
    "given_up": ("exclamation-triangle", gettext_lazy("Given up"), gettext_lazy("Tried for two days.")),
    "bounced": ("exclamation-triangle", gettext_lazy("Bounced"), gettext_lazy("The address does not take messages.")),
    "refused": ("exclamation-triangle", gettext_lazy("Refused"), gettext_lazy("The mail server does not take it.")),
    "unwritten": ("exclamation-triangle", gettext_lazy("Failed"), gettext_lazy("It could not be written.")),
    "doubtful": (
        "patch-question",
        gettext_lazy("Sent or not: check"),
        gettext_lazy("Handed over; the connection ended without an answer."),
    ),
    "uncertain": (
        "patch-question",
        gettext_lazy("Sent or not: check"),
        gettext_lazy("The process that sent it stopped. Found after 5 minutes."),
    ),
    "restored": (
        "patch-question",
        gettext_lazy("Sent or not: check"),
        gettext_lazy("It waited when the backup was made and may have gone out since."),
    ),
    "again": ("send", gettext_lazy("Sent again"), gettext_lazy("The process that sent it stopped.")),
    "dropped": ("x-circle", gettext_lazy("Cancelled"), ""),
    "retried": ("send", gettext_lazy("Tried again by hand"), ""),
    "resolved_again": ("send", gettext_lazy("To be sent again"), gettext_lazy("It did not arrive.")),
    "resolved_sent": ("check2", gettext_lazy("Marked as sent"), gettext_lazy("It did arrive.")),
    "left": ("check2", gettext_lazy("Left as it is"), ""),
}


def steps(message: Message) -> list[Step]:
    """Return the steps in their order."""
    told = []
    for line in message.log:
        icon, title, text = STEPS.get(line["what"], ("envelope", line["what"], ""))
        words = " ".join(part for part in (str(text), server_words(line)) if part)
        told.append(Step(icon, title, datetime.fromisoformat(line["at"]), words, line.get("by", "")))
    return told


def server_words(line: dict[str, str]) -> str:
    """Return the detail of a step: a reason in words, or what the mail server answered."""
    detail = line.get("detail", "")
    if detail and line["what"] in {"later", "given_up", "bounced", "refused", "doubtful"}:
        return _("The server said: %(words)s") % {"words": detail}
    return detail
