"""The list of everything the office sends."""

from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from nso_contacts.pages.counting import capped
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
TOGETHER = "together"
WAITING = (State.QUEUED, State.HELD)
TOGETHER_BY = ("state", "when_at", "purpose", "about", "about_url")


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
    lede = _("Everything the office sends. Messages of one run share a line until they are sent.")
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
        Column(
            "act",
            _("Action"),
            value=lambda row: "",
            template="mail/cells/act.html",
            css="act",
            numeric=True,
            only="screen",
        ),
    ]
    filters = MessageFilter
    search = True
    search_hint = _("Search recipient, address, subject")
    default_sort = "-when"
    noun = ngettext_lazy("%(shown)s line", "%(shown)s lines", "n")
    empty = Empty("envelope", _("No messages here"), _("What the office sends to people stands here, with its state."))
    template = "mail/messages.html"

    @property
    def tab(self) -> str:
        """The chosen tab; all messages if the address names none of them."""
        wish = self.state.get(TAB, "")
        return wish if wish in TABS else ""

    @property
    def together(self) -> Message | None:
        """The message whose companions are listed one by one, if the address names one."""
        wish = self.state.get(TOGETHER, "")
        visible = Message.objects.visible_to(self.user)
        return visible.filter(pk=wish).first() if wish.isdecimal() and len(wish) < 19 else None

    def rows(self) -> Any:
        """The messages of the tab that the reader may see; those that go out together share a line until they go."""
        rows = super().rows()
        message = self.together
        if message is not None:
            return rows & group_of(message)
        rows = rows.filter(TABS[self.tab][1])
        if self.typed or self.state.get("format"):
            return rows
        companions = {name: OuterRef(name) for name in TOGETHER_BY}
        earlier = Message.objects.filter(pk__lt=OuterRef("pk"), **companions)
        return rows.exclude(Q(state__in=WAITING) & Exists(earlier))

    @property
    def known(self) -> list[str]:
        """The tab stays chosen while searching, sorting and paging."""
        return [TAB, TOGETHER, *super().known]

    @cached_property
    def records(self) -> list[Any]:
        """The messages of this page, each with the number of those that go out with it."""
        records = super().records
        waiting = [record for record in records if record.state in WAITING]
        counted = {}
        if waiting and self.together is None and not self.typed:
            together = Message.objects.visible_to(self.user).filter(
                **{f"{name}__in": {getattr(record, name) for record in waiting} for name in TOGETHER_BY}
            )
            for *key, number in together.order_by().values_list(*TOGETHER_BY).annotate(number=Count("pk")):
                counted[tuple(key)] = number
        for record in records:
            record.together = counted.get(tuple(getattr(record, name) for name in TOGETHER_BY), 1)
        return records

    @property
    def may_change(self) -> bool:
        """Whether the reader may send what waits."""
        return bool(self.user.has_perm("access.change_messages"))

    @property
    def may_approve(self) -> bool:
        """Whether the reader may release what is held."""
        return bool(self.user.has_perm("access.approve_messages"))

    def context(self) -> dict[str, Any]:
        """Add the tabs with their counts, and how many messages are in doubt."""
        visible = Message.objects.visible_to(self.user)
        wanted = {key: visible.filter(condition) for key, (_title, condition) in TABS.items()}
        counts = capped(wanted | {"doubtful": visible.filter(state=State.UNCERTAIN)})
        message = self.together
        return {
            "tabs": [
                (key, title, counts[key], key == self.tab and message is None)
                for key, (title, _condition) in TABS.items()
            ],
            "tab": self.tab,
            "doubtful": counts["doubtful"].number,
            "together": message,
        }


def group_of(message: Message) -> Any:
    """Return the messages that go out together with this one; once it has gone, it stands alone."""
    if message.state not in WAITING:
        return Message.objects.filter(pk=message.pk)
    return Message.objects.filter(**{name: getattr(message, name) for name in TOGETHER_BY})


def needing_somebody(user: Any) -> list[QuerySet[Message]]:
    """Return what stays as it is until this reader does something: the number in the side bar."""
    visible = Message.objects.visible_to(user)
    wanted = [visible.filter(NEEDS_A_LOOK)]
    if user.has_perm("access.approve_messages"):
        wanted.append(visible.filter(state=State.HELD))
    return wanted
