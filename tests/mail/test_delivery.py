"""Sending: asked again, sent once, and what became of it written down."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.utils import timezone

from nso_contacts.mail import backends, delivery, outbox, tasks
from nso_contacts.mail.models import LEASE, Message
from nso_contacts.mail.outbox import Letter
from nso_contacts.office.models import Holiday
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


def state_of(message):
    message.refresh_from_db()
    return message.state


def test_a_message_goes_out_with_text_html_and_a_stable_number(post, smtp_sink):
    message = post(context={"note": "Room <2>"}, language="fr")

    delivery.run()

    (mail,) = smtp_sink.messages
    assert state_of(message) == "sent"
    assert mail.envelope_to == ["amina@labour.example"]
    assert mail["Message-ID"] == message.message_id
    assert mail["Subject"] == "Hello None & friends" == message.subject_line
    assert "Room <2>" in mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "Room &lt;2&gt;" in html
    assert '<html lang="fr"' in html
    assert "style=" in html


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("contacts@nso.example", '"Office of Statistics, Marenda" <contacts@nso.example>'),
        ("Registry <contacts@nso.example>", "Registry <contacts@nso.example>"),
    ],
)
def test_mail_comes_from_the_office_unless_the_settings_name_somebody(
    post, office, settings, smtp_sink, setting, expected
):
    office.name = "Office of Statistics, Marenda"
    office.save()
    settings.DEFAULT_FROM_EMAIL = setting
    post()
    delivery.run()

    (mail,) = smtp_sink.messages
    assert mail["From"] == expected
    assert mail.envelope_from == "contacts@nso.example"


def test_no_token_is_stored_and_each_attempt_makes_its_own(post, switches, smtp_sink):
    message = post()
    smtp_sink.refuse = "451 busy"
    delivery.run()
    outbox.send_now(message)
    smtp_sink.refuse = ""
    delivery.run()

    assert len(set(switches.tokens)) == 2
    sent = smtp_sink.messages[0].as_string() + smtp_sink.messages[0].get_body(("html",)).get_content()
    assert switches.tokens[1] in sent
    with connection.cursor() as cursor:
        for table in ("mail_message", "mail_personallink"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            stored = cursor.fetchone()[0]
            assert message.message_id in stored or table != "mail_message"
            assert [token for token in switches.tokens if token in stored] == []
    message.refresh_from_db()
    assert "personal-link.invalid/?reply=accept" in message.text
    assert "personal-link.invalid/?reply=accept" in message.html


def test_security_messages_keep_no_body(post, smtp_sink):
    message = post("security")

    delivery.run()

    assert state_of(message) == "sent"
    assert (message.text, message.html) == ("", "")
    assert len(smtp_sink.messages) == 1


def test_what_is_not_wanted_any_more_is_dropped(post, switches, mailoutbox):
    message = post()
    switches.unwanted = "has answered"

    delivery.run()

    assert (state_of(message), message.reason) == ("dropped", "has answered")
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("kind", "state"),
    [("security", "sent"), ("service", "sent"), ("invitation", "dropped"), ("survey", "dropped"), ("news", "dropped")],
)
def test_objections_are_obeyed_where_a_message_may_be_refused(post, switches, mailoutbox, kind, state):
    message = post(kind)
    switches.objection = "does not want this"

    delivery.run()

    assert state_of(message) == state


def test_an_unknown_recipient_bounces_and_listeners_hear_of_it(post, switches, smtp_sink, monkeypatch):
    async def refuse(self, server, session, envelope, address, options):
        return "550 5.1.1 unknown address"

    monkeypatch.setattr(type(smtp_sink), "handle_RCPT", refuse, raising=False)
    message = post()

    delivery.run()

    assert (state_of(message), message.due_at) == ("bounced", None)
    assert message.reason == "550 5.1.1 unknown address"
    assert message.needs_a_look
    assert switches.outcomes == [(message.pk, "bounced")]


def test_a_message_refused_for_good_waits_for_a_person(post, smtp_sink):
    message = post()
    smtp_sink.refuse = "554 looks like spam"

    delivery.run()

    assert (state_of(message), message.due_at, message.needs_a_look) == ("failed", None, True)


def test_a_busy_server_is_tried_again_later_and_later(post, smtp_sink):
    message = post()
    smtp_sink.refuse = "451 busy"
    waits = []
    with time_machine.travel(datetime(2026, 11, 18, 10, tzinfo=UTC), tick=False) as clock:
        Message.objects.update(due_at=timezone.now())
        for _attempt in range(8):
            delivery.run()
            message.refresh_from_db()
            if message.due_at is None:
                break
            waits.append(message.due_at - timezone.now())
            clock.move_to(message.due_at)

    assert waits == delivery.PATIENCE
    assert (message.state, message.attempts, message.needs_a_look) == ("failed", 8, True)
    assert [line["what"] for line in message.log] == ["posted", *["later"] * 7, "given_up"]


def test_a_closed_server_keeps_everything_and_does_not_use_up_the_queue(post, settings, smtp_sink):
    messages = [post(version=version) for version in range(3)]
    open_port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    delivery.run()
    assert sorted(Message.objects.values_list("state", "attempts")) == [("failed", 1), ("queued", 0), ("queued", 0)]

    settings.EMAIL_PORT = open_port
    outbox.send_now(messages)
    delivery.run()

    assert {state_of(message) for message in messages} == {"sent"}
    assert len(smtp_sink.messages) == 3


def test_a_server_that_closes_the_connection_between_messages_gets_a_new_one(post, smtp_sink, monkeypatch):
    said = []

    async def hang_up_before_the_second(self, server, session, envelope, address, options):
        said.append(address)
        if len(said) == 2:
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    monkeypatch.setattr(type(smtp_sink), "handle_MAIL", hang_up_before_the_second, raising=False)
    messages = [post(version=version) for version in range(2)]

    delivery.run()

    assert {state_of(message) for message in messages} == {"sent"}
    assert (len(smtp_sink.messages), len(said)) == (2, 3)


@pytest.mark.parametrize(("kind", "state"), [("invitation", "uncertain"), ("service", "failed")])
def test_a_connection_that_ends_without_an_answer_is_doubtful(post, smtp_sink, monkeypatch, kind, state):
    async def hang_up(self, server, session, envelope):
        server.transport.close()
        return "250 OK"

    monkeypatch.setattr(type(smtp_sink), "handle_DATA", hang_up)
    message = post(kind)

    delivery.run()

    assert state_of(message) == state
    assert message.needs_a_look == (kind == "invitation")
    assert (message.due_at is None) == (kind == "invitation")


@pytest.mark.parametrize(("kind", "state"), [("invitation", "uncertain"), ("news", "uncertain"), ("service", "queued")])
def test_what_a_dead_process_left_behind_is_settled(post, kind, state):
    message = post(kind)
    moment = timezone.now()
    Message.objects.all().claim(moment)

    delivery.settle_expired(moment + LEASE - timedelta(seconds=1))
    assert state_of(message) == "sending"
    delivery.settle_expired(moment + LEASE + timedelta(seconds=1))

    assert state_of(message) == state
    assert message.log[-1]["what"] == ("again" if kind == "service" else "uncertain")


def test_a_slow_attempt_still_knows_best(post):
    message = post()
    claimed = Message.objects.all().claim(timezone.now())
    delivery.settle_expired(timezone.now() + LEASE * 2)
    assert state_of(message) == "uncertain"

    with delivery.Server() as server:
        delivery.deliver(claimed, server)

    assert state_of(message) == "sent"


def test_an_attempt_that_was_overtaken_writes_nothing(post):
    message = post("service")
    slow = Message.objects.all().claim(timezone.now())
    delivery.settle_expired(timezone.now() + LEASE * 2)
    Message.objects.all().claim(timezone.now())

    assert not Message.objects.settle(slow, state="bounced")
    assert state_of(message) == "sending"


def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(post, mailoutbox):
    broken, good = post("broken"), post("service")

    delivery.run()

    assert (state_of(broken), broken.due_at) == ("failed", None)
    assert "Subject" in broken.reason
    assert state_of(good) == "sent"


def test_a_purpose_nobody_registers_any_more_does_not_hold_up_the_others(post, mailoutbox):
    lost, good = post("service"), post("service", version=2)
    Message.objects.filter(pk=lost.pk).update(purpose="gone.away")

    delivery.run()

    assert (state_of(lost), state_of(good)) == ("failed", "sent")


def test_urgent_classes_go_first(post, mailoutbox):
    for kind in ("news", "survey", "service", "security"):
        post(kind, address=f"{kind}@labour.example")

    delivery.run()

    assert [mail.to[0].partition("@")[0] for mail in mailoutbox] == ["security", "service", "survey", "news"]


# Wednesday 18 November 2026 is an ordinary working day
@pytest.mark.parametrize(
    ("moment", "holiday", "sent"),
    [
        (datetime(2026, 11, 18, 10, tzinfo=UTC), False, ["by hand", "news by hand", "scheduled", "scheduled service"]),
        (datetime(2026, 11, 18, 8, 59, tzinfo=UTC), False, ["by hand", "news by hand", "scheduled service"]),
        (datetime(2026, 11, 18, 17, 0, tzinfo=UTC), False, ["by hand", "news by hand", "scheduled service"]),
        (datetime(2026, 11, 18, 10, tzinfo=UTC), True, ["by hand", "news by hand", "scheduled service"]),
        (datetime(2026, 11, 21, 10, tzinfo=UTC), False, ["by hand", "news by hand", "scheduled service"]),
    ],
)
def test_office_hours_hold_back_only_what_a_schedule_sends(post, mailoutbox, moment, holiday, sent):
    with time_machine.travel(moment, tick=False):
        if holiday:
            Holiday.objects.create(date=moment.date(), name="Statistics day")
        post(scheduled=True, name="scheduled", version=1)
        post(scheduled=False, name="by hand", version=2)
        post("news", name="news by hand")
        post("service", scheduled=True, name="scheduled service")
        delivery.run()

        assert sorted(Message.objects.filter(state="sent").values_list("recipient_name", flat=True)) == sent


def test_the_hourly_ceiling_holds_back_what_may_be_refused(post, office, mailoutbox):
    office.hourly_mail_ceiling = 2
    office.save()
    with time_machine.travel(datetime(2026, 11, 18, 10, tzinfo=UTC), tick=False) as clock:
        for version in range(3):
            post(version=version)
        post("service")
        delivery.run()
        assert Message.objects.filter(state="sent").count() == 3
        assert Message.objects.filter(state="queued", message_class="INVITATION").count() == 1
        assert not delivery.anything_due(timezone.now())

        clock.shift(timedelta(minutes=61))
        delivery.run()

    assert Message.objects.filter(state="sent").count() == 4


def test_news_and_surveys_can_be_unsubscribed_from_with_one_click(post, smtp_sink, liaison):
    from nso_contacts.mail import purposes

    purposes.preferences_link(lambda message: "https://contacts.nso.example/preferences/abc/")
    news, survey = post("news", recipient=liaison), post("survey", recipient=liaison)
    others = [post("service", recipient=liaison), post("invitation", recipient=liaison), post("news")]

    delivery.run()

    by_number = {mail["Message-ID"]: mail for mail in smtp_sink.messages}
    for message in (news, survey):
        mail = by_number[message.message_id]
        assert mail["List-Unsubscribe"] == "<https://contacts.nso.example/preferences/abc/unsubscribe/>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "https://contacts.nso.example/preferences/abc/" in mail.get_body(("plain",)).get_content()
    assert [by_number[message.message_id]["List-Unsubscribe"] for message in others] == [None] * 3
    in_foot = ["/preferences/abc/" in by_number[message.message_id].as_string() for message in others]
    assert in_foot == [False, True, False]


def test_a_calendar_entry_is_an_alternative_and_a_file(post, switches, smtp_sink):
    switches.attachments = [
        ("invite.ics", "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", "text/calendar; method=REQUEST"),
        ("programme.pdf", b"%PDF-1.7", "application/pdf"),
    ]
    message = post()

    delivery.run()

    parts = {part.get_content_type(): part for part in smtp_sink.messages[0].walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert parts["application/ics"].get_filename() == "invite.ics"
    assert parts["application/pdf"].get_content() == b"%PDF-1.7"
    message.refresh_from_db()
    assert message.attached == ["invite.ics", "programme.pdf"]


def test_without_a_mail_server_each_message_is_a_file(post, settings):
    settings.EMAIL_BACKEND = "nso_contacts.mail.backends.FolderBackend"
    message = post()

    delivery.run()

    files = list(settings.MAIL_DIR.iterdir())
    assert [file.name for file in files] == [f"{message.message_id.strip('<>')}.eml"]
    assert b"Subject: Hello" in files[0].read_bytes()


def test_a_demonstration_reaches_no_mail_server_but_its_own(post, office, settings, smtp_sink):
    office.is_demonstration = True
    office.save()
    post()
    delivery.run()
    assert len(smtp_sink.messages) == 1

    settings.EMAIL_HOST = "mail.example.org"
    post(version=2)
    delivery.run()

    assert len(smtp_sink.messages) == 1
    assert len(list(settings.MAIL_DIR.iterdir())) == 1


def test_the_sweep_rings_for_what_is_due_and_not_otherwise(post, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda **options: rung.append(options))
    tasks.sweep()
    assert rung == []

    post(not_before=timezone.now() + timedelta(hours=1))
    tasks.sweep()
    assert rung == []

    post(version=2)
    tasks.sweep()
    assert rung == [{"retry": False}]


def test_a_run_that_ends_early_asks_for_the_next(post, mailoutbox):
    post()
    post(version=2)

    assert delivery.run(seconds=0) is True
    assert delivery.run() is False
    assert len(mailoutbox) == 2


def test_a_run_takes_the_same_queries_for_each_message(post, switches, liaison, mailoutbox):
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 11):
        outbox.post_many(
            "test.service", [Letter(liaison, address=f"{number}.{n}@labour.example") for n in range(number)]
        )
        with CaptureQueriesContext(connection) as captured:
            delivery.run()
        counts.append(len(captured))
    assert len(mailoutbox) == 12
    assert (counts[1] - counts[0]) % 10 == 0


def test_the_connection_knows_when_a_message_is_out_of_our_hands():
    assert issubclass(backends.SMTPBackend, EmailBackend)
    secure = backends.SMTPBackend(host="localhost", use_ssl=True, use_tls=False)
    assert issubclass(secure.connection_class, smtplib.SMTP_SSL)
    assert secure.handed_over is False


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_never_send_the_same_message(switches, office, liaison, smtp_sink):
    office.hourly_mail_ceiling = 10_000
    office.save()
    outbox.post_many("test.service", [Letter(liaison, address=f"p{n}@labour.example") for n in range(120)])

    at_once(*[delivery.run] * 4)

    received = [mail.envelope_to[0] for mail in smtp_sink.messages]
    assert sorted(received) == sorted(f"p{n}@labour.example" for n in range(120))
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
