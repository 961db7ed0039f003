"""The life of a data request in any order: legal states, an honest clock, a checked answer, one message per cause.

What the clock must say is counted anew here, day by day from what was pressed and when; nothing of the product's own
arithmetic is used for it.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import F, Max
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from feedback.actions import request as actions
from feedback.models import DataRequest, RequestFile, RequestMessage
from nso_contacts.mail.models import Message
from nso_contacts.office.models import Holiday
from tests.factories import OrganisationFactory, PersonFactory, domain

ZONE = ZoneInfo("America/Bogota")  # five hours behind UTC: an evening there is another day here
CUT_OFF = time(16)
HOLIDAYS = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 20)}
TARGETS = {"READY_MADE": 2, "SIMPLE_EXTRACT": 5, "CUSTOM_TABULATION": 10, "MICRODATA_ACCESS": 10, "COMPLAINT": 15}
BEFORE_TRIAGE = 7
NEED_A_CHECK = {"CUSTOM_TABULATION", "MICRODATA_ACCESS"}

# What may follow what, from the lifecycle of a request; what stays as it is, is not told.
WORK = {"TRIAGED", "IN_PROGRESS", "DISCLOSURE_CHECK", "READY"}
OPEN = {"RECEIVED", "ACKNOWLEDGED", "CLARIFICATION_NEEDED", *WORK}
ENDS = {"REFUSED", "REDIRECTED", "WITHDRAWN", "DUPLICATE"}
STEPS = {
    "RECEIVED": {"ACKNOWLEDGED", "TRIAGED"},
    "ACKNOWLEDGED": {"TRIAGED"},
    "TRIAGED": {"IN_PROGRESS", "DISCLOSURE_CHECK", "DELIVERED"},
    "CLARIFICATION_NEEDED": {"ACKNOWLEDGED", "IN_PROGRESS", "DELIVERED"},
    "IN_PROGRESS": {"DISCLOSURE_CHECK", "DELIVERED"},
    "DISCLOSURE_CHECK": {"READY", "IN_PROGRESS", "DELIVERED"},
    "READY": {"DELIVERED", "IN_PROGRESS"},
    "DELIVERED": {"CLOSED", "IN_PROGRESS"},
    "CLOSED": {"IN_PROGRESS"},
} | {status: set() for status in ENDS}
LEGAL = {
    status: after | ({"CLARIFICATION_NEEDED"} | ENDS if status in OPEN else set()) for status, after in STEPS.items()
}

texts = st.sampled_from(["Which years do you need?", "Here they are.", "هل هذا كاف؟ " * 40])
classes = st.sampled_from(sorted(TARGETS))
checked = st.sampled_from(sorted(NEED_A_CHECK))
# The longest first, which is what the first example takes.
lives = st.sampled_from([6, 5, 4, 3, 2, 1, 0])


HISTORIES = ("DataRequest", "RequestMessage")


def events(model):
    """The history of a model of feedback."""
    return apps.get_model("feedback", f"{model}Event").objects.select_related("pgh_context")


def works_on(day):
    """Whether the office works on a day."""
    return day.weekday() < 5 and day not in HOLIDAYS


class Life(RuleBasedStateMachine):
    """One request of Labour, the people around it, and everything they can press on any day."""

    def __init__(self):
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()

    @initialize(hour=st.integers(0, 23), uploads=st.booleans(), lived=lives, request_class=checked)
    def receive(self, hour, uploads, lived, request_class):
        people = self.people
        self.clock = time_machine.travel(datetime(2026, 3, 28, hour, 30, tzinfo=ZONE), tick=False)
        self.traveller = self.clock.start()
        labour, health = OrganisationFactory(name="Ministry of Labour"), OrganisationFactory(name="Ministry of Health")
        self.amina = PersonFactory(organisation=labour, user=people["expert"], email="amina@labour.example")
        PersonFactory(organisation=health, user=people["stranger"], email="leila@health.example")
        self.carmen, self.nadia, self.mona = people["statistician"], people["liaison"], people["manager"]
        self.staff = [self.carmen, self.nadia, self.mona]
        wish = DataRequest(requester=self.amina, organisation=labour, subject="Births by district", purpose="Schools")
        files = [table("wish.csv")] if uploads else []
        self.pk = actions.submit(wish, actor=people["expert"], uploads=files).pk
        self.received = self.started = self.now
        self.triaged = self.asked = self.producer = self.passed = None
        self.request_class, self.assignee = "", None
        self.pauses, self.notes = [], []
        self.status, self.expected = "RECEIVED", Counter({"received": 1})
        self.firsts = None
        self.live(lived, request_class)

    def live(self, lived, request_class):
        """Begin later in life: chance alone seldom comes as far as a checked answer that is taken up again."""
        youth = [
            lambda: self.triage(request_class, 0, 0),
            lambda: self.hand_in(0),
            lambda: self.sign(1, "PASSED"),
            lambda: self.deliver(2, "Here they are.", True),
            lambda: self.close(0),
            lambda: self.reopen(1),
        ]
        for act in youth[:lived]:
            self.time_passes(30)
            if self.status in WORK - {"READY"}:
                self.deliver(0, "Before its check.", False)
            act()

    def teardown(self):
        if hasattr(self, "clock"):
            self.clock.stop()
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    @property
    def request(self):
        return DataRequest.objects.get(pk=self.pk)

    @property
    def now(self):
        return datetime.now(ZONE)

    def press(self, act, *args, actor, **kwargs):
        """Do it as a person would; say whether it was taken. What is refused leaves nothing behind."""
        self.traveller.shift(timedelta(seconds=1))
        known, was_read = self.latest(), self.status != "RECEIVED"
        before = (self.request.status, Message.objects.count(), RequestMessage.objects.count())
        try:
            act(self.request, *args, actor=actor, **kwargs)
        except ValidationError:
            assert (self.request.status, Message.objects.count(), RequestMessage.objects.count()) == before
            return False
        changed_nothing = act is actions.assign and args == (self.assignee,)
        assert self.who_acted(known) == (set() if changed_nothing and was_read else {actor.pk})
        return True

    def latest(self):
        """The newest line of each history."""
        return {model: events(model).aggregate(last=Max("pgh_id"))["last"] or 0 for model in HISTORIES}

    def who_acted(self, known):
        """Whom the history names for what has changed since."""
        lines = [line for model in HISTORIES for line in events(model).filter(pgh_id__gt=known[model])]
        return {line.pgh_context.metadata["actor"] for line in lines}

    def moved(self):
        """Take note of the new status; only a legal step may have been made."""
        new = self.request.status
        assert new == self.status or new in LEGAL[self.status], (self.status, new)
        self.status = new

    def answered(self):
        """The office does not wait any more."""
        if self.asked:
            self.pauses.append((self.asked.date(), self.now.date()))
            self.asked = None

    # What is pressed --------------------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 90))
    def time_passes(self, hours):
        self.traveller.shift(timedelta(hours=hours))

    @rule(request_class=classes, who=st.integers(0, 2), to=st.integers(0, 2))
    def triage(self, request_class, who, to):
        values = {"is_free": True, "domain": domain("1.2"), "assignee": self.staff[to], "request_class": request_class}
        allowed = self.status in {"RECEIVED", "ACKNOWLEDGED", "TRIAGED", "IN_PROGRESS"}
        assert self.press(actions.triage, actor=self.staff[who], **values) == allowed
        if allowed:
            self.triaged = self.triaged or self.now
            self.request_class = request_class
            self.assigned(self.staff[to], by=self.staff[who])
        self.moved()

    def assigned(self, colleague, by):
        if colleague != self.assignee and colleague not in (None, by):
            self.expected["assigned"] += 1
        self.assignee = colleague

    @rule(who=st.integers(0, 2), to=st.sampled_from([0, 1, 2, None]))
    def assign(self, who, to):
        colleague = None if to is None else self.staff[to]
        taken = self.press(actions.assign, colleague, actor=self.staff[who])
        assert taken == (self.status in OPEN)
        if taken:
            self.assigned(colleague, by=self.staff[who])
        self.moved()

    @rule(who=st.integers(0, 2), text=texts)
    def ask(self, who, text):
        taken = self.press(actions.ask, text, actor=self.staff[who])
        assert taken == (self.status in OPEN)
        if taken:
            self.expected["question"] += 1
            self.asked = self.asked or self.now
        self.moved()

    @rule(text=texts, with_file=st.booleans())
    def requester_writes(self, text, with_file):
        files = [table("more.csv")] if with_file else []
        assert self.press(actions.hear, text, actor=self.amina.user, uploads=files)
        self.expected["heard"] += self.assignee is not None
        self.answered()
        self.moved()

    @rule(who=st.integers(0, 2))
    def go_on(self, who):
        if self.press(actions.resume, actor=self.staff[who]):
            assert self.asked
            self.answered()
        self.moved()

    @rule(who=st.integers(0, 2), text=texts)
    def reply(self, who, text):
        assert self.press(actions.reply, text, actor=self.staff[who])
        self.expected["reply"] += 1
        self.moved()

    @rule(who=st.integers(0, 2))
    def note(self, who):
        text = f"Between us {len(self.notes)}"
        assert self.press(actions.note, text, actor=self.staff[who], uploads=[table("internal.csv")])
        self.notes.append(text)
        self.moved()

    @rule(who=st.integers(0, 2))
    def start(self, who):
        if self.press(actions.start, actor=self.staff[who]):
            self.passed = None
        self.moved()

    @rule(who=st.integers(0, 2))
    def hand_in(self, who):
        if self.press(actions.hand_in_for_check, actor=self.staff[who]):
            self.producer, self.passed = self.staff[who], None
        self.moved()

    @rule(who=st.integers(0, 2), result=st.sampled_from(["PASSED", "PASSED", "FAILED"]))
    def sign(self, who, result):
        allowed = self.status == "DISCLOSURE_CHECK" and self.staff[who] != self.producer
        form = {"result": result, "method": "Rounding to 5", "remark": ""}
        assert self.press(actions.sign_check, actor=self.staff[who], **form) == allowed
        if allowed:
            self.passed = self.staff[who] if result == "PASSED" else None
        self.moved()

    @rule(who=st.integers(0, 2), text=texts, with_file=st.booleans())
    def deliver(self, who, text, with_file):
        checked = self.request_class not in NEED_A_CHECK or (self.status == "READY" and self.passed)
        allowed = self.status in OPEN and bool(self.request_class) and bool(checked)
        files = [table("answer.csv")] if with_file else []
        assert self.press(actions.answer, text, actor=self.staff[who], uploads=files) == allowed
        if allowed:
            self.expected["answered"] += 1
            self.answered()
        self.moved()

    @rule(who=st.integers(0, 2), code=st.sampled_from(["CONFIDENTIAL", "NOT_AVAILABLE", ""]))
    @precondition(lambda self: self.status != "RECEIVED")
    def refuse(self, who, code):
        taken = self.press(actions.refuse, reason_code=code, text="Sorry.", actor=self.staff[who])
        assert taken == (self.status in OPEN and code != "")
        self.ended("refused", taken=taken)

    @rule(who=st.integers(0, 2), to=st.sampled_from(["Central Bank", ""]))
    @precondition(lambda self: self.status != "RECEIVED")
    def redirect(self, who, to):
        taken = self.press(actions.redirect, to=to, text="They have it.", actor=self.staff[who])
        assert taken == (self.status in OPEN and to != "")
        self.ended("redirected", taken=taken)

    @rule(by_requester=st.booleans())
    @precondition(lambda self: self.status not in {"RECEIVED", "TRIAGED"})
    def withdraw(self, by_requester):
        who = self.amina.user if by_requester else self.nadia
        taken = self.press(actions.withdraw, reason="", actor=who)
        assert taken == (self.status in OPEN)
        self.ended("", taken=taken)

    @rule(who=st.integers(0, 2))
    @precondition(lambda self: self.status not in {"RECEIVED", "TRIAGED"})
    def mark_duplicate(self, who):
        taken = self.press(actions.mark_duplicate, text="See the other one.", actor=self.staff[who])
        assert taken == (self.status in OPEN)
        self.ended("closed", taken=taken)

    def ended(self, purpose, *, taken):
        if taken:
            self.answered()
            if purpose:
                self.expected[purpose] += 1
        self.moved()

    @rule(who=st.integers(0, 2))
    def close(self, who):
        assert self.press(actions.close, outcome="Done.", actor=self.staff[who]) == (self.status == "DELIVERED")
        self.moved()

    @rule(who=st.integers(0, 2))
    def reopen(self, who):
        before = self.request
        allowed = self.status in {"DELIVERED", "CLOSED"} and self.now - (
            before.closed_at or before.delivered_at
        ) <= timedelta(days=30)
        assert self.press(actions.reopen, actor=self.staff[who], reason="A column is missing") == allowed
        if allowed:
            self.notes.append("A column is missing")
            self.firsts = self.firsts or (before.delivered_at, before.due_on)
            self.started, self.passed = self.now, None
        self.moved()

    # What must hold whatever was pressed ------------------------------------------------------------------------------

    def due(self):
        """The last working day on which no more than the target has passed, counted one day after the other."""
        if self.asked and self.status == "CLARIFICATION_NEEDED":
            return None
        start = self.started
        if self.started == self.received and self.request_class == "CUSTOM_TABULATION":
            start = self.triaged
        day = start.date() if start.time() < CUT_OFF else start.date() + timedelta(days=1)
        while not works_on(day):
            day += timedelta(days=1)
        due, passed = day, 0
        target = TARGETS[self.request_class] if self.request_class else BEFORE_TRIAGE
        while True:
            day += timedelta(days=1)
            if works_on(day):
                passed += not any(asked < day <= heard for asked, heard in self.pauses)
                if passed > target:
                    return due
                due = day

    @invariant()
    def the_clock_says_what_a_calendar_says(self):
        if hasattr(self, "pk"):
            assert self.request.due_on == self.due()

    @invariant()
    def it_stands_still_only_while_the_office_waits(self):
        if hasattr(self, "pk"):
            rows = [
                (pause.started_at.astimezone(ZONE).date(), pause.ended_at and pause.ended_at.astimezone(ZONE).date())
                for pause in self.request.pauses.order_by("pk")
            ]
            waiting = [(self.asked.date(), None)] if self.asked else []
            assert rows == [*self.pauses, *waiting]
            assert bool(self.asked) == (self.status == "CLARIFICATION_NEEDED")

    @invariant()
    def figures_made_for_one_user_leave_checked_by_somebody_else(self):
        if hasattr(self, "pk"):
            assert not self.request.disclosure_checks.filter(checker=F("producer")).exists()
            if self.status == "DELIVERED" and self.request_class in NEED_A_CHECK:
                latest = self.request.disclosure_checks.first()
                assert (latest.result, latest.checker) == ("PASSED", self.passed)

    @invariant()
    def each_cause_wrote_one_message(self):
        if hasattr(self, "pk"):
            purposes = Message.objects.values_list("purpose", flat=True)
            assert Counter(key.removeprefix("feedback.request_") for key in purposes) == +self.expected

    @invariant()
    def a_foreign_ministry_sees_nothing(self):
        if hasattr(self, "pk"):
            stranger = self.people["stranger"]
            assert not DataRequest.objects.in_portal_of(stranger).exists()
            assert not RequestFile.objects.visible_to(stranger).exists()
            internal = RequestFile.objects.filter(message__kind="INTERNAL")
            assert not (RequestFile.objects.visible_to(self.amina.user) & internal).exists()

    @invariant()
    def the_first_clock_is_kept(self):
        if hasattr(self, "pk") and self.firsts:
            request = self.request
            assert (request.first_delivered_at, request.first_due_on) == self.firsts

    @rule()
    def both_ministries_look(self):
        own, other = Client(), Client()
        own.force_login(self.amina.user)
        other.force_login(self.people["stranger"])
        page = own.get(f"/portal/requests/{self.pk}/")
        assert page.status_code == 200
        shown = page.content.decode()
        assert not [text for text in self.notes if text in shown]
        assert other.get(f"/portal/requests/{self.pk}/").status_code == 404
        assert other.post(f"/portal/requests/{self.pk}/", {"text": "Mine"}).status_code == 404


def table(name):
    """A small file."""
    return SimpleUploadedFile(name, b"district,births\nNorth,120\n")


def test_any_order(office, make_user):
    office.time_zone = ZONE.key
    office.save()
    Holiday.objects.bulk_create(Holiday(date=day, name="Holiday") for day in HOLIDAYS)
    Life.people = {
        **{role: make_user(role, email=f"{role}@nso.example") for role in ("statistician", "liaison", "manager")},
        "expert": make_user("expert", email="amina@labour.example"),
        "stranger": make_user("expert", email="leila@health.example"),
    }
    for name in ("statistician", "liaison", "manager"):
        Life.people[name].name = name
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=7,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
