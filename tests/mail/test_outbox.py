"""Posting: one row per cause, written with it or not at all."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils import timezone

from nso_contacts.mail import delivery, outbox, tasks
from nso_contacts.mail.models import Message
from nso_contacts.mail.outbox import Letter

pytestmark = pytest.mark.django_db


def test_posting_twice_is_one_message(post):
    first = post()
    second = post(address="Amina@labour.example")

    assert first.pk == second.pk
    assert Message.objects.count() == 1


def test_another_version_or_recipient_is_another_message(post, expert):
    posted = [post(), post(version=2), post(address="somebody@labour.example"), post(recipient=expert)]

    assert len({message.pk for message in posted}) == 4


def test_a_known_recipient_gets_one_message_whatever_the_address(post, expert):
    first = post(recipient=expert, address="old@labour.example")
    second = post(recipient=expert, address="new@labour.example")

    assert second.pk == first.pk
    assert second.address == "old@labour.example"


def test_a_message_that_exists_twice_is_refused_by_the_database(post):
    message = post()
    message.pk, message.message_id = None, "<another@nso.example>"

    with pytest.raises(IntegrityError, match="message_once"), transaction.atomic():
        message.save(force_insert=True)


def test_rolling_back_the_cause_leaves_no_message(post):
    def fail_afterwards():
        with transaction.atomic():
            post()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_afterwards()

    assert Message.objects.count() == 0


def test_an_unknown_purpose_is_refused(post):
    with pytest.raises(ImproperlyConfigured):
        post("nothing")


def test_a_recipient_without_an_address_is_seen_as_cancelled(post):
    message = post(address="")

    assert (message.state, message.reason, message.due_at) == (Message.State.DROPPED, "no address", None)


def test_many_are_posted_as_one_by_one_and_counted(switches, liaison, office):
    letters = [Letter(liaison, address=f"p{number}@labour.example") for number in range(30)]

    assert outbox.post_many("test.invitation", letters[:20]) == 20
    assert outbox.post_many("test.invitation", letters) == 10
    assert Message.objects.filter(state=Message.State.QUEUED).count() == 30


def test_posting_many_takes_the_same_queries_for_1_and_100(switches, liaison, django_assert_num_queries):
    outbox.post_many("test.invitation", [Letter(liaison, address="first@labour.example")])
    for number in (1, 100):
        letters = [Letter(liaison, address=f"{number}-{n}@labour.example") for n in range(number)]
        with django_assert_num_queries(3):  # the office's language, insert, count
            outbox.post_many("test.invitation", letters)


def test_the_bell_rings_once_for_a_transaction(post, on_commit):
    with on_commit() as callbacks:
        for number in range(5):
            post(address=f"p{number}@labour.example")

    assert [callback for callback in callbacks if callback is tasks.ring] == [tasks.ring]


def test_a_message_for_later_rings_no_bell(post, on_commit):
    with on_commit() as callbacks:
        post(not_before=timezone.now() + timedelta(days=1))

    assert callbacks == []


def test_cancelling_stops_what_waits_and_nothing_else(post):
    sent = post("service")
    delivery.run()
    waiting, held = post(version=2), post(version=3, held=True)
    other = post("news")

    stopped = outbox.cancel(sent.subject, ["test.invitation", "test.service"], reason="the event is cancelled")

    states = dict(Message.objects.values_list("pk", "state"))
    assert stopped == 2
    assert states == {sent.pk: "sent", waiting.pk: "dropped", held.pk: "dropped", other.pk: "queued"}
    waiting.refresh_from_db()
    assert waiting.reason == "the event is cancelled"
    assert waiting.log[-1]["what"] == "dropped"


def test_a_message_is_moved_and_then_sent_ahead_of_its_time(post, mailoutbox, liaison):
    message = post(not_before=timezone.now() + timedelta(days=7), scheduled=True)
    outbox.reschedule(message, timezone.now() + timedelta(days=9))
    delivery.run()
    assert mailoutbox == []

    assert outbox.send_now(Message.objects.filter(pk=message.pk), by=liaison) == 1
    delivery.run()

    message.refresh_from_db()
    assert [mail.to for mail in mailoutbox] == [["amina@labour.example"]]
    assert [(line["what"], line.get("by")) for line in message.log] == [
        ("scheduled", None),
        ("hurried", "Nadia Rahmani"),
        ("sent", None),
    ]


def test_counts_name_every_state(post):
    post()
    post(version=2, held=True)

    assert Message.objects.all().state_counts() == {
        "queued": 1,
        "sending": 0,
        "held": 1,
        "sent": 0,
        "failed": 0,
        "bounced": 0,
        "dropped": 0,
        "uncertain": 0,
    }


@pytest.mark.parametrize(
    ("fault", "constraint"),
    [
        ({"state": "sending"}, "message_lease_while_sending"),
        ({"lease_until": timezone.now()}, "message_lease_while_sending"),
        ({"due_at": None}, "message_queued_has_a_time"),
        ({"state": "sent"}, "message_sent_at_when_sent"),
        ({"message_class": "SECURITY", "text": "the code is 123"}, "message_security_keeps_no_body"),
        ({"address": ""}, "message_has_an_address"),
    ],
)
def test_the_database_refuses_what_must_not_be(post, fault, constraint):
    message = post()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**fault)
