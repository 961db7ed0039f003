"""Writing a message: one pair of templates, its language, placeholders where personal links will stand.

What is stored and shown holds placeholders; `fill` puts the links in, in memory, while sending.
"""

import logging
import re
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cache
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from nso_contacts.office.models import Office

from . import purposes
from .backends import folder_path
from .models import Message

logger = logging.getLogger(__name__)

# Addresses that can never answer (RFC 2606): they survive escaping and CSS inlining, and are safe if they ever leak.
PERSONAL_LINK = "https://personal-link.invalid/"
PREFERENCES_LINK = "https://preferences-link.invalid/"
PLACEHOLDERS = (PERSONAL_LINK, PREFERENCES_LINK)
_IN_HREF = re.compile(r'href="(?:{})[^"]*"'.format("|".join(map(re.escape, PLACEHOLDERS))))
_IN_TEXT = re.compile(r"(?:{})[^\s<\"]*".format("|".join(map(re.escape, PLACEHOLDERS))))


@dataclass(frozen=True)
class Written:
    """A message in words."""

    subject: str
    text: str
    html: str
    attachments: list[purposes.Attachment] = field(default_factory=list)


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def write(message: Message) -> Written:
    """Write a message in its language and the office's time, with placeholders for its links."""
    purpose = purposes.required(message.purpose)
    office = Office.objects.current()
    with translation.override(message.language), timezone.override(office.zone):
        context = {
            **message.context,
            "message": message,
            "subject": message.subject,
            "recipient": message.recipient,
            "office": office,
            "base_url": settings.BASE_URL,
            "personal_link": PERSONAL_LINK,
            "preferences_link": PREFERENCES_LINK if purposes.offers_preferences(message) else "",
            **(purpose.context(message) if purpose.context else {}),
        }
        subject, text = _text(f"mail/{purpose.template}.txt", context)
        html = _html(f"mail/{purpose.template}.html", {**context, "subject_line": subject, "plain_text": text})
        attachments = list(purpose.attachments(message)) if purpose.attachments else []
    return Written(subject, text, html, attachments)


def fill(written: Written, links: dict[str, str]) -> Written:
    """Put the links in the place of their placeholders."""

    def filled(text: str) -> str:
        for placeholder, link in sorted(links.items(), reverse=True):  # the longer of two that begin alike comes first
            text = text.replace(placeholder, link)
        return text

    return replace(
        written,
        text=filled(written.text),
        html=filled(written.html),
        attachments=[
            (name, filled(content) if isinstance(content, str) else content, kind)
            for name, content, kind in written.attachments
        ],
    )


def make_links(message: Message) -> dict[str, str]:
    """Make the links of one attempt. They are returned once and written down nowhere."""
    purpose = purposes.required(message.purpose)
    links = {}
    if purpose.personal_link is not None:
        links[PERSONAL_LINK] = purpose.personal_link(message)
    if purpose.named_links is not None:
        links |= {f"{PERSONAL_LINK}{name}/": link for name, link in purpose.named_links(message).items()}
    if purposes.offers_preferences(message):
        links[PREFERENCES_LINK] = purposes.preferences(message)
    return links


def sender(office: Office) -> str:
    """Who the office's mail comes from: the name in the settings, else the office's own, with the address."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return str(Address(name or office.name, addr_spec=address))


def envelope(message: Message, written: Written, links: dict[str, str]) -> EmailMultiAlternatives:
    """Return the message as it goes to the mail server."""
    purpose = purposes.required(message.purpose)
    office = Office.objects.current()
    reply_to = purpose.reply_to(message) if purpose.reply_to else office.contact_email
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    preferences = links.get(PREFERENCES_LINK)
    if preferences and message.message_class in purposes.ONE_CLICK:
        headers["List-Unsubscribe"] = f"<{preferences}unsubscribe/>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    filled = fill(written, links)
    email = EmailMultiAlternatives(
        subject=filled.subject,
        body=filled.text,
        from_email=sender(office),
        to=[message.address],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    email.attach_alternative(filled.html, "text/html")
    for name, content, kind in filled.attachments:
        _attach(email, name, content, kind)
    return email


def shown_text(text: str) -> str:
    """Return stored text as a page shows it: the words "personal link" where a link stood."""
    return _IN_TEXT.sub(f"[{_('personal link')}]", text)


def shown_html(html: str) -> str:
    """Return stored HTML as a page shows it, with links that lead nowhere where a personal link stood."""
    return _IN_TEXT.sub(f"[{_('personal link')}]", _IN_HREF.sub('href="#"', html))


def preview(message: Message) -> Written | None:
    """Return a message as it went out, or as it would go out now, without its links. None if nothing is kept of it."""
    if message.keeps_no_body:
        return None
    if message.text:
        return Written(message.subject_line, message.text, message.html)
    if message.state not in {*Message.WAITING, Message.State.SENDING, Message.State.UNCERTAIN}:
        return None
    try:
        return write(message)
    except Exception:
        # The page says that it cannot be written; the log says why.
        logger.exception("Message %s cannot be shown.", message.pk)
        return None


def with_links_outside(html: str) -> str:
    """Let the links of a framed message open in a window of their own."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def delivered(message: Message) -> Written | None:
    """Return what the demonstration office "delivered" into `var/mail/`, links and all.

    None in any other office, and when the message went to a mail server.
    """
    path = folder_path(message.message_id)
    if not Office.objects.current().is_demonstration or not path.exists():
        return None
    parsed: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
    text, html = (parsed.get_body((kind,)) for kind in ("plain", "html"))
    return Written(str(parsed["Subject"]), text.get_content() if text else "", html.get_content() if html else "")


def _text(name: str, context: dict[str, Any]) -> tuple[str, str]:
    template: Any = get_template(name)
    rendered = template.template.render(Context(context, autoescape=False)).strip()
    first, _newline, body = rendered.partition("\n")
    label, colon, subject = first.partition(":")
    if not colon or label.strip().lower() != "subject":
        raise ValueError(f"The first line of {name} must be “Subject: …”.")
    return " ".join(subject.split())[:250], re.sub(r"\n\s*\n\s*\n+", "\n\n", body).strip() + "\n"


def _html(name: str, context: dict[str, Any]) -> str:
    template: Any
    try:
        template = get_template(name)
    except TemplateDoesNotExist:
        template = get_template("mail/from_text.html")
    return _inliner().inline(template.template.render(Context(context)))


def _attach(email: EmailMultiAlternatives, name: str, content: bytes | str, kind: str) -> None:
    if not kind.startswith("text/calendar"):
        email.attach(name, content, kind)
        return
    # Calendars read the alternative and offer the buttons; the file is for readers of mail that do not.
    entry = content.decode() if isinstance(content, bytes) else content
    email.attach_alternative(entry, f"{kind}; charset=UTF-8")
    email.attach(name, entry.encode(), "application/ics")
