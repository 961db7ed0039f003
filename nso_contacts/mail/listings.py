"""The list of everything the office sends."""

from typing import Any

import django_filters
from django.db.models import Count, Min, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.listing import Column, Empty, Listing

from . import purposes
from .models import NEEDS_A_LOOK, Message

State = Message.State
TAB = "tab"
TABS = {
    "look": (_("Needs a look"), NEEDS_A_LOOK),
    "approve": (_("To approve"), Q(state=State.HELD)),
    "scheduled": (_("Scheduled"), Q(state__in=[State.QUEUED, State.SENDING])),
    "sent": (_("Sent"), Q(state=State.SENT)),
    "failed": (_("Failed"), Q(state__in=[State.FAILED, State.BOUNCED])),
    "cancelled": (_("Cancelled"), Q(state=State.DROPPED)),
    "": (_("All"), Q()),
}
GROUPS_AT_MOST = 20


class MessageFilter(django_filters.FilterSet):
    """By what a message is for, by its class, and by the day."""

    purpose = django_filters.MultipleChoiceFilter(
        label=_("Purpose"),
        choices=lambda: [(purpose.key, purpose.title) for purpose in purposes.registered()],
    )
    message_class = django_filters.MultipleChoiceFilter(label=_("Class"), choices=purposes.MessageClass.choices)
    date = django_filters.DateFromToRangeFilter(label=_("Date"), field_name="when_at")

    class Meta:
        model = Message
        fields: list[str] = []


class MessageListing(Listing):
    """Everything the office sends, by state."""

    title = _("Messages")
    lede = _("Everything the office sends: one line for each message and recipient.")
    policy = ("view_messages",)
    queryset = Message.objects.defer("text", "html", "context", "log", "search_text")
    columns = [
        Column(
            "recipient",
            _("To"),
            value=lambda row: row.recipient_name or row.address,
            template="mail/cells/recipient.html",
            order=("recipient_name", "address"),
            link=True,
        ),
        Column("address", _("Address"), only="export"),
        Column("message", _("Message"), value=str, template="mail/cells/message.html"),
        Column("purpose", _("Purpose"), value=lambda row: str(row.title), only="export"),
        Column("about", _("About"), template="mail/cells/about.html"),
        Column("state", _("State"), template="mail/cells/state.html"),
        Column("reason", _("Reason"), only="export"),
        Column("when", _("When"), value=lambda row: row.when_at, order=("when_at",), css="nowrap num t-2"),
        Column("act", _("Action"), value=lambda row: "", template="mail/cells/act.html", css="r act", only="screen"),
    ]
    filters = MessageFilter
    search = True
    search_hint = _("Search recipient, address, subject")
    default_sort = "-when"
    noun = ngettext_lazy("%(shown)s message", "%(shown)s messages", "n")
    empty = Empty("envelope", _("No messages here"), _("What the office sends to people stands here, with its state."))
    template = "mail/messages.html"

    @property
    def tab(self) -> str:
        """The chosen tab; all messages if the address names none of them."""
        wish = self.state.get(TAB, "")
        return wish if wish in TABS else ""

    def rows(self) -> Any:
        """The messages of the tab that the reader may see."""
        return super().rows().filter(TABS[self.tab][1])

    @property
    def known(self) -> list[str]:
        """The tab stays chosen while searching, sorting and paging."""
        return [TAB, *super().known]

    def context(self) -> dict[str, Any]:
        """Add the tabs with their counts, the doubtful messages, and what waits in groups."""
        visible = Message.objects.visible_to(self.user)
        counts = visible.order_by().aggregate(
            **{key or "all": Count("pk", filter=condition) for key, (_title, condition) in TABS.items()},
            doubtful=Count("pk", filter=Q(state=State.UNCERTAIN)),
        )
        return {
            "tabs": [(key, title, counts[key or "all"], key == self.tab) for key, (title, _q) in TABS.items()],
            "tab": self.tab,
            "doubtful": counts["doubtful"],
            "groups": groups(visible.filter(TABS[self.tab][1])) if self.tab in {"approve", "scheduled"} else [],
        }


def groups(messages: Any) -> list[dict[str, Any]]:
    """Return the messages that go out together, more than one for the same purpose, cause and time."""
    found = (
        messages.filter(state__in=[State.QUEUED, State.HELD])
        .order_by()
        .values("purpose", "about", "about_url", "when_at", "state")
        .annotate(number=Count("pk"), first=Min("pk"))
        .filter(number__gt=1)
        .order_by("when_at", "first")[:GROUPS_AT_MOST]
    )
    return [{**group, "title": title_of(group["purpose"])} for group in found]


def group_of(message: Message) -> Any:
    """Return the messages that go out together with this one."""
    return Message.objects.filter(
        purpose=message.purpose,
        about=message.about,
        about_url=message.about_url,
        when_at=message.when_at,
        state=message.state,
    )


def title_of(key: str) -> Any:
    """Return what a purpose is called; its key if no app registers it any more."""
    purpose = purposes.get(key)
    return purpose.title if purpose else key


def how_many_need_somebody(user: Any) -> int:
    """Count, up to 100, what stays as it is until this reader does something: the number in the side bar."""
    wanted = NEEDS_A_LOOK
    if user.has_perm("access.approve_messages"):
        wanted |= Q(state=State.HELD)
    return int(Message.objects.visible_to(user).filter(wanted).order_by()[:100].count())
