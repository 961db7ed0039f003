"""Records for tests. Each maker gives the least that is true of a record; a test names what matters to it."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone

from nso_contacts.office import clock
from stakeholders.actions import interaction as interactions
from stakeholders.actions.interaction import Company
from stakeholders.models import (
    Committee,
    CommitteeSeat,
    ExpertAssignment,
    FocalPoint,
    Interaction,
    Organisation,
    OrganisationEmail,
    Person,
    PersonEmail,
    Post,
    SeatHolder,
    StatisticalDomain,
    Task,
    UserSegment,
)
from stakeholders.seed import seed_code_lists
from workshops import schedule
from workshops.actions import event as event_actions
from workshops.actions import meeting as meeting_actions
from workshops.actions import sending
from workshops.models import Attendance, Event, Invitation

# Directory -----------------------------------------------------------------------------------------------------------


def domain(code="1.2"):
    """Return a statistical domain of the default scheme; 1.2 is Labour."""
    seed_code_lists()
    return StatisticalDomain.objects.current().get(code=code)


def segment(code="GOVERNMENT"):
    """Return a user segment of the Handbook."""
    seed_code_lists()
    return UserSegment.objects.get(code=code)


class UserFactory(factory.django.DjangoModelFactory):
    """A login without a role; `conftest.make_user` makes those with roles."""

    class Meta:
        model = get_user_model()

    email = factory.Sequence(lambda n: f"colleague{n}@nso.example")
    name = factory.Sequence(lambda n: f"Colleague {n}")


class OrganisationFactory(factory.django.DjangoModelFactory):
    """A ministry. `email="…"` gives it a primary address."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Ministry {n}")
    kind = Organisation.Kind.MINISTRY
    government_level = Organisation.GovernmentLevel.NATIONAL
    email = ""

    @classmethod
    def _create(cls, model_class, *args, email, **fields):
        organisation = super()._create(model_class, *args, **fields)
        if email:
            OrganisationEmail.objects.create(organisation=organisation, address=email, is_primary=True)
        return organisation


class PersonFactory(factory.django.DjangoModelFactory):
    """Somebody with a main post and a primary address.

    `organisation=…`, `title=…` and `since=…` say more about the post; `title=None` leaves it out, `email=""` the
    address, `in_domains=["1.2"]` adds domains.
    """

    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Amina Person{n}")
    email = factory.Sequence(lambda n: f"person{n}@ministry.example")
    organisation = None
    title = "Analyst"
    since = None
    in_domains = ()

    @classmethod
    def _create(cls, model_class, *args, email, organisation, title, since, in_domains, **fields):
        person = super()._create(model_class, *args, **fields)
        if title is not None:
            organisation = organisation or OrganisationFactory()
            Post.objects.create(person=person, organisation=organisation, title=title, valid_from=since)
        if email:
            PersonEmail.objects.create(person=person, address=email, is_primary=True)
        person.domains.set([domain(code) for code in in_domains])
        person.refresh_from_db()
        return person


class FocalPointFactory(factory.django.DjangoModelFactory):
    """The primary focal point of a ministry for Labour, with a post there."""

    class Meta:
        model = FocalPoint

    organisation = factory.SubFactory(OrganisationFactory)
    person = factory.SubFactory(PersonFactory, organisation=factory.SelfAttribute("..organisation"))
    domain = factory.LazyFunction(domain)


class ExpertAssignmentFactory(factory.django.DjangoModelFactory):
    """A colleague who is the subject expert for a ministry and Labour."""

    class Meta:
        model = ExpertAssignment

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    domain = factory.LazyFunction(domain)


# Workshops -----------------------------------------------------------------------------------------------------------


class WorkshopFactory(factory.django.DjangoModelFactory):
    """A draft of a workshop in a room and online, on `day` (60 days from now) from 09:30 to 12:30 in `time_zone`.

    It is planned through its action, so it has its message schedule.
    """

    class Meta:
        model = Event

    title = factory.Sequence(lambda n: f"Workshop {n}")
    organiser = factory.SubFactory(UserFactory)
    day = factory.LazyFunction(lambda: clock.today() + timedelta(days=60))
    begins = time(9, 30)
    ends = time(12, 30)
    time_zone = "UTC"
    room = "Room Ibn Khaldun"
    link = "https://meet.nso.example/room"
    languages = factory.LazyFunction(lambda: ["en"])
    in_domains = ()

    @classmethod
    def _create(cls, model_class, *args, day, begins, ends, in_domains, **fields):
        zone = ZoneInfo(fields["time_zone"])
        fields.setdefault("start", schedule.instant(day, begins, zone))
        fields.setdefault("end", schedule.instant(day, ends, zone))
        event = model_class(**fields)
        domains = [domain(code) for code in in_domains]
        return event_actions.plan(event, domains=domains, actor=event.organiser)


def invite(event, *people, **fields):
    """Put people on the list of a workshop, each with their organisation of today; nothing is sent."""
    made = []
    for person in people:
        post = person.posts.first()
        organisation = fields.pop("organisation", post.organisation if post else None)
        made.append(Invitation.objects.create(event=event, person=person, organisation=organisation, **fields))
    return made


def invited(event, *people):
    """Put people on the list of a workshop and send the invitations; return them in the order of the people."""
    invite(event, *people)
    sending.send_invitations(event, actor=event.organiser)
    event.refresh_from_db()
    return [event.invitations.get(person=person) for person in people]


def held_workshop(*people, start=None, **fields):
    """A workshop held on `start` (a week ago) for three hours; `people` were there, each for their organisation."""
    start = start or timezone.now() - timedelta(days=7, hours=3)
    end = start + timedelta(hours=3)
    event = Event.objects.create(
        **{
            "title": "Labour Force Survey redesign",
            "organiser": fields.pop("organiser", None) or UserFactory(),
            "start": start,
            "end": end,
            "time_zone": "UTC",
            "room": "Room 1",
            "languages": ["en"],
            "reply_by": start.date(),
            "status": Event.Status.HELD,
            "invited_at": start - timedelta(days=40),
            "held_at": end,
            **fields,
        }
    )
    for person in people:
        post = person.posts.first()
        Attendance.objects.create(
            event=event,
            person=person,
            organisation=post.organisation if post else None,
            state=Attendance.State.PRESENT_IN_PERSON,
            occurred_at=start,
            recorded_at=timezone.now(),
        )
    return event


def seat(committee, principal=None, alternate=None, **fields):
    """Give an organisation of its own a seat in `committee`, filled by whom is named."""
    made = CommitteeSeat.objects.create(committee=committee, organisation=OrganisationFactory(), **fields)
    for position, person in (("PRINCIPAL", principal), ("ALTERNATE", alternate)):
        if person:
            SeatHolder.objects.create(seat=made, person=person, position=position)
    return made


def meeting(body, **fields):
    """Call a meeting of a committee or user group in two months, its members on the list; nothing is sent."""
    kind = "COMMITTEE_MEETING" if isinstance(body, Committee) else "GROUP_MEETING"
    of = {"committee" if kind == "COMMITTEE_MEETING" else "group": body, "kind": kind}
    start = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=60)
    event = Event(
        **{
            "title": f"{body}: meeting",
            "organiser": fields.pop("organiser", None) or UserFactory(),
            "start": start,
            "end": start + timedelta(hours=2),
            "time_zone": "UTC",
            "room": "Room Ibn Khaldun",
            "languages": ["en"],
            "survey_wanted": False,
            **of,
            **fields,
        }
    )
    return meeting_actions.call(event, actor=event.organiser)


# Contact log ---------------------------------------------------------------------------------------------------------


def log_contact(
    author, *people, organisations=(), groups=(), colleagues=(), domains=(), follow_up=None, settles=None, **fields
):
    """A call of today, an hour ago where it can be, that `author` logged, with people and organisations outside."""
    now = clock.now()
    fields.setdefault(
        "occurred_at", max(now - timedelta(hours=1), now.replace(hour=0, minute=0, second=0, microsecond=0))
    )
    contact = Interaction(**{"subject": "Definition of informal employment", "channel": "PHONE", **fields})
    company = Company(people=people, organisations=organisations, groups=groups, colleagues=colleagues, domains=domains)
    return interactions.log(contact, company, actor=author, follow_up=follow_up, settles=settles)


class TaskFactory(factory.django.DjangoModelFactory):
    """A reply that `assignee` owes, due `in_days` days from today."""

    class Meta:
        model = Task

    title = "Which definition of informal employment?"
    in_days = 3

    @classmethod
    def _create(cls, model_class, *args, in_days, **fields):
        fields.setdefault("due_on", clock.today() + timedelta(days=in_days))
        return super()._create(model_class, *args, **fields)
