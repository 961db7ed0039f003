"""Choosing invitees: where they come from, who is on the list, who is missing, and what they will get."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from nso_contacts.mail import purposes, writing
from nso_contacts.mail.models import Message
from nso_contacts.office import calendar, clock
from nso_contacts.office.models import Office
from nso_contacts.pages.matching import matching
from nso_contacts.pages.picks import readable
from stakeholders.models import (
    Committee,
    ContactRole,
    ExpertAssignment,
    FocalPoint,
    Organisation,
    Person,
    Post,
    SeatHolder,
    StatisticalDomain,
    UserGroup,
    UserGroupMembership,
)

from . import invitees
from .actions import sending
from .models import Attendance, Event, Invitation, Milestone
from .models.event import OVER

Source = Invitation.Source
PAGE = 50
OFFERED = 20


def event_domains(event: Event) -> QuerySet[StatisticalDomain]:
    """The domains of an event with everything below them."""
    rule = Q(pk__in=[])
    for domain in event.domains.all():
        rule |= Q(scheme=domain.scheme_id, pk=domain.pk)
        rule |= Q(scheme=domain.scheme_id, sort_key__startswith=f"{domain.sort_key}.")
    return StatisticalDomain.objects.filter(rule)


# Where invitees come from ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """A group, committee or organisation whose people can be looked at."""

    pk: int
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Row:
    """One person on offer."""

    person: Any
    words: str
    last: str
    reason: Any
    is_chosen: bool
    is_sent: bool


class Offer:
    """People from one source. `template` draws the line above the table, `words` the column "For"."""

    key: ClassVar[str] = ""
    kind: ClassVar[str] = Source.PERSON
    title: ClassVar[str | Promise] = ""
    template: ClassVar[str] = "workshops/offers/search.html"
    hint: ClassVar[str | Promise] = ""
    nothing: ClassVar[str | Promise] = ""

    def __init__(self, event: Event, params: Mapping[str, str], user: Any) -> None:
        """Read from the address what is looked for."""
        self.event, self.params, self.user = event, params, user

    @property
    def typed(self) -> str:
        """What was typed into the box."""
        return self.params.get("q", "").replace("\x00", "").strip()

    @property
    def count(self) -> int | None:
        """The number beside the tab."""
        return None

    def find(self) -> QuerySet[Person]:
        """The people of this source."""
        raise NotImplementedError

    def words(self, people: list[Person]) -> dict[int, str]:
        """What each of `people` is here for."""
        return {}

    @cached_property
    def people(self) -> QuerySet[Person]:
        """The people of this source with all that an invitation asks about them, by name."""
        found = Person.objects.visible_to(self.user).active().filter(pk__in=self.find().order_by().values("pk"))
        return invitees.invitable(found).order_by("sort_name", "pk")

    @cached_property
    def everybody(self) -> QuerySet[Person]:
        """Those of them who can be invited."""
        return self.people.filter(obstacle="")

    @cached_property
    def page(self) -> Page:
        """One page of them."""
        size = 1000 if self.params.get("page") == "all" else PAGE
        return Paginator(self.people, size).get_page(self.params.get("page", "1"))

    @cached_property
    def rows(self) -> list[Row]:
        """The page as it is drawn; the number of queries does not grow with it."""
        people = list(self.page)
        keys = [person.pk for person in people]
        known = {row.person_id: row for row in self.event.invitations.filter(person__in=keys)}
        past = attended_before(keys)
        words = self.words(people)
        return [
            Row(
                person=person,
                words=words.get(person.pk, ""),
                last=past.get(person.pk, _("Not invited yet")),
                reason=invitees.REASONS.get(person.obstacle, ""),
                is_chosen=person.pk in known,
                is_sent=person.pk in known and known[person.pk].invited_at is not None,
            )
            for person in people
        ]

    @cached_property
    def left_out(self) -> list[tuple[int, Any]]:
        """How many cannot be invited, by reason."""
        counted = self.people.exclude(obstacle="").order_by().values_list("obstacle").annotate(n=Count("pk"))
        return [(number, invitees.REASONS[obstacle]) for obstacle, number in sorted(counted)]

    @property
    def nothing_words(self) -> str | Promise:
        """What stands where nobody is shown."""
        is_asked = any(self.params.get(name) for name in ("q", "of", "domain", "role", "key"))
        return _("Nobody found.") if is_asked else self.nothing

    def address(self, **changes: Any) -> str:
        """The address of this source with another state."""
        return "?" + urlencode({"from": self.key, **{k: v for k, v in changes.items() if v}})

    @property
    def previous_url(self) -> str:
        """The page before."""
        return self._page_url(self.page.previous_page_number())

    @property
    def next_url(self) -> str:
        """The page after."""
        return self._page_url(self.page.next_page_number())

    def _page_url(self, number: int) -> str:
        kept = {name: self.params.get(name, "") for name in ("q", "of", "domain", "role", "key")}
        return self.address(**kept, page=number)


class FocalPoints(Offer):
    """The focal points of ministries for the domains of the event."""

    key = "focal-points"
    kind = Source.FOCAL_POINT
    nothing = gettext_lazy("No focal point is nominated for these domains.")
    title = gettext_lazy("Focal points")
    template = "workshops/offers/focal_points.html"

    @cached_property
    def nominations(self) -> QuerySet[FocalPoint]:
        """Today's nominations for the event's domains."""
        return FocalPoint.objects.visible_to(self.user).on(clock.today()).filter(domain__in=event_domains(self.event))

    @property
    def domains(self) -> str:
        """The domains in words."""
        return ", ".join(str(domain) for domain in self.event.domains.all())

    @property
    def nothing_words(self) -> str | Promise:
        """What stands where nobody is shown. Without domains the line above says it."""
        return super().nothing_words if self.domains else ""

    @property
    def count(self) -> int:
        """How many people."""
        return self.nominations.values("person").distinct().count()

    def find(self) -> QuerySet[Person]:
        """Everybody nominated."""
        return Person.objects.filter(pk__in=self.nominations.values("person"))

    def words(self, people: list[Person]) -> dict[int, str]:
        """The domains somebody is nominated for."""
        found = defaultdict(list)
        rows = self.nominations.filter(person__in=people).select_related("domain").order_by("domain__sort_key")
        for row in rows:
            if str(row.domain) not in found[row.person_id]:
                found[row.person_id].append(str(row.domain))
        return {pk: ", ".join(titles) for pk, titles in found.items()}


class Bodies(Offer):
    """People of a body that is chosen first: `of` in the address is its key."""

    template = "workshops/offers/bodies.html"

    def bodies(self) -> QuerySet[Any]:
        """All bodies of this kind."""
        raise NotImplementedError

    def suggested(self) -> QuerySet[Any]:
        """Those offered before anything is typed."""
        return self.bodies()

    @cached_property
    def body(self) -> Any:
        """The chosen body; None before one is."""
        wish = readable([self.params.get("of", "")])
        return self.bodies().filter(pk__in=wish).first() if wish else None

    @cached_property
    def offered(self) -> list[Body]:
        """The bodies to choose from, up to twenty."""
        rows = self.looked_for() if self.typed else self.suggested()
        chosen = self.body.pk if self.body else None
        return [
            Body(row.pk, str(row), self.address(of=row.pk, q=self.typed), row.pk == chosen) for row in rows[:OFFERED]
        ]

    @property
    def nothing_words(self) -> str | Promise:
        """What stands where nobody is shown: while bodies are on offer, that one of them is to be opened."""
        if self.body is None and self.offered:
            return _("Choose one of these to see its people.")
        return super().nothing_words

    def looked_for(self) -> QuerySet[Any]:
        """The bodies whose name holds what was typed."""
        return self.bodies().filter(name__icontains=self.typed)

    def find(self) -> QuerySet[Person]:
        """The people of the chosen body."""
        return self.members() if self.body else Person.objects.none()

    def members(self) -> QuerySet[Person]:
        """The people of `self.body`."""
        raise NotImplementedError


class Groups(Bodies):
    """Members of a user group; the groups of the event's domains are offered first."""

    key = "groups"
    kind = Source.GROUP
    title = gettext_lazy("User groups")
    hint = gettext_lazy("Find a user group")
    nothing = gettext_lazy("No user group works on these domains. Find one by its name.")

    def bodies(self) -> QuerySet[UserGroup]:
        """All groups in use."""
        return UserGroup.objects.visible_to(self.user).active()

    def suggested(self) -> QuerySet[UserGroup]:
        """The groups of these domains."""
        return self.bodies().filter(domains__in=event_domains(self.event)).distinct()

    @property
    def count(self) -> int:
        """How many groups work on these domains."""
        return self.suggested().count()

    @property
    def memberships(self) -> QuerySet[UserGroupMembership]:
        """Today's members of the chosen group."""
        return UserGroupMembership.objects.on(clock.today()).filter(group=self.body)

    def members(self) -> QuerySet[Person]:
        """Today's members."""
        return Person.objects.filter(pk__in=self.memberships.values("person"))

    def words(self, people: list[Person]) -> dict[int, str]:
        """Their role in the group."""
        if self.body is None:
            return {}
        return {row.person_id: row.get_role_display() for row in self.memberships.filter(person__in=people)}


class Committees(Bodies):
    """Holders of the seats of a committee."""

    key = "committees"
    kind = Source.COMMITTEE
    title = gettext_lazy("Committees")
    hint = gettext_lazy("Find a committee")
    nothing = gettext_lazy("No committee works on these domains. Find one by its name.")

    def bodies(self) -> QuerySet[Committee]:
        """All committees in use."""
        return Committee.objects.visible_to(self.user).active()

    def suggested(self) -> QuerySet[Committee]:
        """The committees of these domains."""
        return self.bodies().filter(domains__in=event_domains(self.event)).distinct()

    @property
    def count(self) -> int:
        """How many committees work on these domains."""
        return self.suggested().count()

    @property
    def holders(self) -> QuerySet[SeatHolder]:
        """Today's holders of the seats."""
        return SeatHolder.objects.on(clock.today()).filter(seat__committee=self.body, seat__archived_at=None)

    def members(self) -> QuerySet[Person]:
        """Today's principals and alternates."""
        return Person.objects.filter(pk__in=self.holders.values("person"))

    def words(self, people: list[Person]) -> dict[int, str]:
        """The seat they hold."""
        if self.body is None:
            return {}
        rows = self.holders.filter(person__in=people).select_related("seat")
        return {row.person_id: f"{row.seat.get_role_display()}, {row.get_position_display()}" for row in rows}


class OfOrganisation(Bodies):
    """People with a post in an organisation or a unit under it."""

    key = "organisation"
    kind = Source.ORGANISATION
    title = gettext_lazy("An organisation")
    hint = gettext_lazy("Find an organisation")
    nothing = gettext_lazy("Find an organisation by its name. The people of its units are shown too.")

    def bodies(self) -> QuerySet[Organisation]:
        """All organisations outside this office."""
        return Organisation.objects.visible_to(self.user).active().outside()

    def suggested(self) -> QuerySet[Organisation]:
        """None before something is typed."""
        return Organisation.objects.none() if self.body is None else Organisation.objects.filter(pk=self.body.pk)

    def looked_for(self) -> QuerySet[Organisation]:
        """Those that match what was typed, also by acronym or former name."""
        return matching(self.bodies(), self.typed).order_by("name", "pk")

    def members(self) -> QuerySet[Person]:
        """People with a post there today, units included."""
        tree = Organisation.objects.with_tree(self.body.pk)
        return Person.objects.filter(pk__in=self.posts.filter(organisation__in=tree).values("person"))

    @property
    def posts(self) -> QuerySet[Post]:
        """Today's posts."""
        return Post.objects.current()

    def words(self, people: list[Person]) -> dict[int, str]:
        """Their title."""
        return {row.person_id: row.title for row in self.posts.filter(person__in=people).order_by("is_primary", "pk")}


class Filtered(Offer):
    """People by domain, role and importance."""

    key = "filter"
    kind = Source.FILTER
    title = gettext_lazy("People filter")
    template = "workshops/offers/filter.html"
    nothing = gettext_lazy("Choose a domain, a role or key users, then press Show.")

    @property
    def roles(self) -> list[tuple[str, Any, bool]]:
        """The roles on offer."""
        return [(value, label, value == self.params.get("role")) for value, label in ContactRole.choices]

    @cached_property
    def domains(self) -> list[tuple[StatisticalDomain, bool]]:
        """The domains on offer: a code list of some dozens."""
        return [(domain, str(domain.pk) == self.params.get("domain")) for domain in StatisticalDomain.objects.current()]

    @property
    def key_only(self) -> bool:
        """Whether only key users are wanted."""
        return bool(self.params.get("key"))

    def find(self) -> QuerySet[Person]:
        """Everybody who meets all that was chosen; nobody before something is."""
        found, asked = Person.objects.all(), False
        domain = next((domain for domain, is_chosen in self.domains if is_chosen), None)
        if domain is not None:
            below = StatisticalDomain.objects.under(domain)
            found, asked = found.filter(domains__in=below).distinct(), True
        if self.params.get("role") in ContactRole.values:
            found, asked = found.filter(roles__contains=[self.params["role"]]), True
        if self.key_only:
            found, asked = found.filter(is_key_user=True), True
        return found if asked else found.none()

    def words(self, people: list[Person]) -> dict[int, str]:
        """Their roles."""
        labels = dict(ContactRole.choices)
        return {person.pk: ", ".join(str(labels.get(role, role)) for role in person.roles) for person in people}


class OneByOne(Offer):
    """People by name."""

    key = "person"
    kind = Source.PERSON
    title = gettext_lazy("One by one")
    nothing = gettext_lazy("Type a name, an address or an organisation, then press Find.")
    hint = gettext_lazy("Find a person")

    def find(self) -> QuerySet[Person]:
        """Up to fifty people whose name, address or organisation holds what was typed."""
        if not self.typed:
            return Person.objects.none()
        found = matching(Person.objects.visible_to(self.user).active(), self.typed).order_by("sort_name", "pk")
        return Person.objects.filter(pk__in=list(found.values_list("pk", flat=True)[:PAGE]))


SOURCES: dict[str, type[Offer]] = {
    offer.key: offer for offer in (FocalPoints, Groups, Committees, OfOrganisation, Filtered, OneByOne)
}


def source(key: str) -> type[Offer]:
    """The source called `key`, else the first one."""
    return SOURCES.get(key, FocalPoints)


def tabs(event: Event, current: Offer) -> list[tuple[str, Any, int | None, bool]]:
    """The sources as tabs: address, words, number, and whether it is open."""
    offers = [current if key == current.key else made(event, {}, current.user) for key, made in SOURCES.items()]
    return [(f"?from={offer.key}", offer.title, offer.count, offer is current) for offer in offers]


def attended_before(people: list[int]) -> dict[int, str]:
    """“Came to 2 of 3”: how often each was invited to a workshop that was held, and came."""
    past = Invitation.objects.sent().filter(person__in=people, event__status__in=OVER, event__kind=Event.Kind.WORKSHOP)
    here = Attendance.objects.present().filter(event=OuterRef("event"), person=OuterRef("person"))
    counted = past.order_by().values("person").annotate(invited=Count("pk"), came=Count("pk", filter=Exists(here)))
    return {
        row["person"]: _("Came to %(came)s of %(invited)s") % {"came": row["came"], "invited": row["invited"]}
        for row in counted
    }


# Who is on the list ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """The people on the list who have not been written to."""

    number: int
    organisations: int
    languages: list[tuple[str, int]]
    sources: list[tuple[Any, int]]
    left_out: list[tuple[int, Any]]

    @property
    def languages_note(self) -> str:
        """“3 languages”."""
        count = len(self.languages)
        return ngettext("%(n)s language", "%(n)s languages", count) % {"n": count} if count else ""

    @property
    def sources_words(self) -> str:
        """“focal points 14, one by one 5”."""
        return ", ".join(f"{label} {number}" for label, number in self.sources)

    @property
    def languages_words(self) -> str:
        """“English 21, French 17”."""
        return ", ".join(f"{name} {number}" for name, number in self.languages)


def chosen(event: Event) -> Chosen:
    """Count the list: those who can be written to, and those who cannot any more."""
    office = Office.objects.current()
    listed = invitees.with_obstacle(Person.objects.filter(invitations__in=event.invitations.chosen()))
    obstacles = dict(listed.values_list("pk", "obstacle"))
    good = [pk for pk, obstacle in obstacles.items() if not obstacle]
    rows = event.invitations.chosen().filter(person__in=good)
    languages: dict[str, int] = defaultdict(int)
    for person in Person.objects.filter(pk__in=good).select_related("user").only("language", "user__language"):
        languages[invitees.language_of(person, office)] += 1
    labels = dict(Source.choices)
    bad = [obstacle for obstacle in obstacles.values() if obstacle]
    return Chosen(
        number=len(good),
        organisations=rows.aggregate(n=Count("organisation", distinct=True))["n"],
        languages=[
            (get_language_info(code)["name_translated"], number)
            for code, number in sorted(languages.items(), key=lambda one: -one[1])
        ],
        sources=[
            (labels[kind], number)
            for kind, number in rows.order_by().values_list("source").annotate(n=Count("pk")).order_by("-n")
        ],
        left_out=[(bad.count(obstacle), invitees.REASONS[obstacle]) for obstacle in sorted(set(bad))],
    )


@dataclass(frozen=True)
class Missing:
    """A key organisation nobody of which is invited."""

    organisation: Organisation
    person: Person | None
    url: str


def missing(event: Event) -> list[Missing]:
    """Key organisations concerned with the event's domains from which nobody is on the list; five at most."""
    today, about = clock.today(), event_domains(event)
    focal = FocalPoint.objects.on(today).filter(domain__in=about, organisation=OuterRef("pk"))
    expert = ExpertAssignment.objects.on(today).filter(domain__in=about, organisation=OuterRef("pk"))
    listed = event.invitations.filter(Q(organisation=OuterRef("pk")) | Q(organisation__parent=OuterRef("pk")))
    found = (
        Organisation.objects.active()
        .outside()
        .filter(Exists(focal) | Exists(expert), ~Exists(listed), tier=Organisation.Tier.KEY)
        .order_by("name", "pk")[:5]
    )
    nominated = (
        FocalPoint.objects.on(today)
        .filter(domain__in=about, organisation__in=list(found))
        .select_related("person")
        .order_by("-role", "pk")
    )
    people = {row.organisation_id: row.person for row in nominated}
    base = reverse("workshops:invitations", args=[event.pk])
    return [
        Missing(
            organisation,
            people.get(organisation.pk),
            f"{base}?{urlencode({'from': OfOrganisation.key, 'of': organisation.pk})}",
        )
        for organisation in found
    ]


# What they will get ---------------------------------------------------------------------------------------------------


def recipients(event: Event) -> list[Invitation]:
    """Those who can be looked at in the preview: the first 300 of the list, or of those already invited."""
    rows = event.invitations.chosen() if event.invitations.chosen().exists() else event.invitations.sent()
    named = rows.select_related("person", "organisation", "event__organiser", "delegate_for__person")
    return list(named.order_by("person__sort_name", "pk")[:300])


def recipient(offered: list[Invitation], wish: str) -> Invitation | None:
    """The one asked for, else the first."""
    return next((one for one in offered if str(one.pk) == wish), offered[0] if offered else None)


def neighbours(offered: list[Invitation], current: Invitation | None) -> tuple[Invitation | None, Invitation | None]:
    """The recipients before and after the one shown."""
    if current is None:
        return None, None
    place = next(number for number, one in enumerate(offered) if one.pk == current.pk)
    return (
        offered[place - 1] if place else None,
        offered[place + 1] if place + 1 < len(offered) else None,
    )


def letter(invitation: Invitation) -> dict[str, Any]:
    """The invitation as this recipient gets it, with words where the personal link will stand. Nothing is stored."""
    purpose = purposes.required(sending.PURPOSES[Milestone.Kind.INVITATION])
    people = invitees.with_obstacle(Person.objects.filter(pk=invitation.person_id))
    message = Message(
        purpose=purpose.key,
        message_class=purpose.message_class,
        subject=invitation,
        recipient=invitation.person,
        recipient_name=str(invitation.person),
        address=people.values_list("mail_address", flat=True).get(),
        language=invitees.language_of(invitation.person, Office.objects.current()),
        version=str(invitation.event.date_version),
    )
    written = writing.write(message)
    return {"message": message, "written": written, "plain": writing.shown_text(written.text)}


@dataclass(frozen=True)
class Check:
    """Something looked at before sending: whether it is fine, and what was found."""

    ok: bool
    title: Any
    text: Any = ""


def checks(event: Event, listed: Chosen) -> list[Check]:
    """What is looked at before invitations go out."""
    return [_languages(event), _calendar(event), _places(event, listed), _day(event), *_clashes(event)]


def _languages(event: Event) -> Check:
    names = ", ".join(str(get_language_info(code)["name_translated"]) for code in event.missing_languages)
    if names:
        return Check(ok=False, title=_("The title is missing in some languages"), text=names)
    return Check(
        ok=True,
        title=_("All languages complete"),
        text=", ".join(str(get_language_info(code)["name_translated"]) for code in event.languages),
    )


def _calendar(event: Event) -> Check:
    town = event.time_zone.rpartition("/")[2].replace("_", " ")
    return Check(
        ok=True, title=_("Calendar entry"), text=_("Opens in %(town)s time; moves with its day") % {"town": town}
    )


def _places(event: Event, listed: Chosen) -> Check:
    people = listed.number + event.invitations.sent().count()
    if not event.mode:
        return Check(ok=False, title=_("Neither room nor link"), text=_("Enter one of them before you send."))
    limits = [places for places in (event.capacity_room, event.capacity_online) if places]
    is_open = (event.room and not event.capacity_room) or (event.link and not event.capacity_online)
    if is_open:
        room, online = event.capacity_room, event.capacity_online
        words = _("No limit of places")
        if room:
            words = ngettext(
                "%(n)s place in the room, no limit online", "%(n)s places in the room, no limit online", room
            )
        elif online:
            words = ngettext(
                "No limit in the room, %(n)s place online", "No limit in the room, %(n)s places online", online
            )
        return Check(ok=True, title=_("Room and link"), text=words % {"n": room or online} if room or online else words)
    words = {"places": sum(limits), "people": people}
    return Check(
        ok=sum(limits) >= people, title=_("Room and link"), text=_("%(places)s places for %(people)s people") % words
    )


def _day(event: Event) -> Check:
    if event.start <= timezone.now():
        return Check(ok=False, title=_("The day has passed"))
    if not calendar().is_working_day(event.day):
        return Check(ok=False, title=_("Day"), text=_("The office does not work on this day."))
    return Check(ok=True, title=_("Day"), text=_("A working day, no holiday"))


def _clashes(event: Event) -> list[Check]:
    """How many of the guests are expected somewhere else at the same time."""
    other = (
        Invitation.objects.sent()
        .exclude(reply__in=[Invitation.Reply.DECLINED, Invitation.Reply.DELEGATED])
        .filter(
            person__in=event.invitations.values("person"),
            event__start__lt=event.end,
            event__end__gt=event.start,
        )
        .exclude(event=event)
        .exclude(event__status__in=[Event.Status.CANCELLED, Event.Status.POSTPONED])
    )
    number = other.values("person").distinct().count()
    if not number:
        return [Check(ok=True, title=_("No clash"), text=_("Nobody is invited elsewhere at that time"))]
    words = ngettext("%(n)s person is invited elsewhere", "%(n)s people are invited elsewhere", number)
    return [Check(ok=False, title=_("Clash with another workshop"), text=words % {"n": number})]
