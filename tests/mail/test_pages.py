"""The pages of the outbox: what is shown, what never is, and what people can do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nso_contacts.mail import delivery, listings, outbox, purposes
from nso_contacts.mail.models import LEASE, Message
from nso_contacts.mail.outbox import Letter
from tests.markup import tight

pytestmark = pytest.mark.django_db

FOLDER = "nso_contacts.mail.backends.FolderBackend"


@pytest.fixture
def in_state(post, smtp_sink):
    """Return a maker of messages in a state they came to by themselves."""

    def make(state, kind="invitation", **fields):
        message = post(kind, **{"version": Message.objects.count()} | fields)
        if state == "held":
            Message.objects.filter(pk=message.pk).update(state="held", due_at=None)
        elif state == "uncertain":
            Message.objects.filter(pk=message.pk).claim(timezone.now())
            delivery.settle_expired(timezone.now() + LEASE * 2)
        elif state in {"failed", "sent", "refused"}:
            smtp_sink.refuse = {"failed": "451 busy", "refused": "554 no", "sent": ""}[state]
            delivery.run()
            smtp_sink.refuse = ""
        elif state == "dropped":
            outbox.cancel(message.subject, [message.purpose], reason="the event is cancelled")
        message.refresh_from_db()
        return message

    return make


def how_many_need(user):
    return sum(rows.count() for rows in listings.needing_somebody(user))


def text_of(response):
    return tight(response)


def test_the_list_shows_messages_by_state_with_their_counts(in_state, as_role):
    sent, uncertain = in_state("sent", name="Sent Person"), in_state("uncertain", name="Doubtful Person")
    client = as_role("liaison")

    everything, look = text_of(client.get("/messages/")), text_of(client.get("/messages/?tab=look"))

    assert sent.recipient_name in everything
    assert uncertain.recipient_name in everything
    assert "One message may or may not have gone out." in everything
    assert sent.recipient_name not in look
    assert uncertain.recipient_name in look
    assert 'Needs a look<span class="n">1</span>' in everything
    assert 'All<span class="n">2</span>' in everything


@pytest.mark.parametrize("tab", [*listings.TABS, "nonsense"])
def test_each_tab_answers(in_state, as_role, tab):
    in_state("failed")

    assert as_role("liaison").get("/messages/", {"tab": tab}).status_code == 200


def test_the_list_is_searched_and_filtered(post, as_role):
    post(name="María Fernanda Ibáñez", address="m.ibanez@nea.example")
    post("news", name="Daniel Mwangi", address="d.mwangi@ilo.example")
    client = as_role("liaison")

    found = text_of(client.get("/messages/?q=ibanez"))
    news = text_of(client.get("/messages/?message_class=NEWS"))
    purpose = text_of(client.get("/messages/?purpose=test.invitation"))

    assert ("Ibáñez" in found, "Mwangi" in found) == (True, False)
    assert ("Ibáñez" in news, "Mwangi" in news) == (False, True)
    assert ("Ibáñez" in purpose, "Mwangi" in purpose) == (True, False)


def test_the_list_takes_the_same_queries_for_1_and_30(switches, liaison, signed_in):
    client = signed_in(liaison)
    counts = []
    for rows in (0, 1, 30):  # the first visit also fills what is remembered between requests
        letters = [Letter(liaison, liaison, f"p{n}@labour.example", version=n) for n in range(rows)]
        outbox.post_many("test.invitation", letters)
        for message in Message.objects.all():  # at moments of their own, so that they do not share a line
            Message.objects.filter(pk=message.pk).update(when_at=timezone.now() + timedelta(minutes=message.pk))
        with CaptureQueriesContext(connection) as captured:
            page = text_of(client.get("/messages/"))
        assert page.count("@labour.example</span>") == rows
        counts.append(len(captured))

    assert counts[1] == counts[2]


def test_only_those_who_may_see_messages_do(in_state, as_role, office):
    message = in_state("sent")

    statuses = {role: as_role(role).get(message.get_absolute_url()).status_code for role in ("manager", "statistician")}

    assert statuses == {"manager": 200, "statistician": 403}
    assert as_role("expert").get("/messages/").status_code == 403
    assert as_role(None).get("/messages/").status_code == 302


def test_messages_about_hidden_records_are_hidden(post, as_role, liaison, manager):
    kind = ContentType.objects.get_for_model(type(manager))
    shown, hidden = post(subject=liaison, name="Shown"), post(subject=manager, name="Hidden")
    original = purposes.required("test.invitation")
    purposes.register(
        purposes.Purpose(
            original.key,
            title=original.title,
            message_class=original.message_class,
            template=original.template,
            visible=lambda user: ~Q(subject_type=kind, subject_id=manager.pk),
        )
    )
    client = as_role("liaison")

    page = text_of(client.get("/messages/"))

    assert ("Shown" in page, "Hidden" in page) == (True, False)
    assert client.get(shown.get_absolute_url()).status_code == 200
    for url in (hidden.get_absolute_url(), f"{hidden.get_absolute_url()}body/"):
        assert client.get(url).status_code == 404
    assert client.post(f"{hidden.get_absolute_url()}stop/").status_code == 404
    assert "Hidden" not in b"".join(client.get("/messages/?format=csv").streaming_content).decode()


def test_a_message_is_shown_without_its_links_before_and_after_sending(post, switches, smtp_sink, as_role):
    message = post(context={"note": "See you there."})
    client = as_role("liaison")
    pages = [text_of(client.get(message.get_absolute_url() + part)) for part in ("", "body/")]
    assert switches.tokens == []

    delivery.run()
    pages += [text_of(client.get(message.get_absolute_url() + part)) for part in ("", "body/")]
    pages.append(b"".join(client.get("/messages/?format=csv").streaming_content).decode())

    assert len(switches.tokens) == 1
    assert [page for page in pages if switches.tokens[0] in page or ".invalid" in page] == []
    assert all("[personal link]" in page for page in pages[:4])
    assert all("See you there." in page for page in pages[:4])


def test_the_frame_of_a_message_runs_nothing_and_fits_only_into_our_pages(post, as_role):
    message = post(context={"note": "<script>alert(1)</script>"})

    response = as_role("liaison").get(f"/messages/{message.pk}/body/")

    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script>" not in text_of(response)


def test_a_message_kept_as_text_only_is_shown_without_an_empty_frame(in_state, as_role):
    message = in_state("sent")
    client = as_role("liaison")
    assert "<iframe" in text_of(client.get(message.get_absolute_url()))

    Message.objects.filter(pk=message.pk).update(html="", text="You are invited.")

    page = text_of(client.get(message.get_absolute_url()))
    assert "You are invited." in page
    assert "<iframe" not in page


def test_messages_for_signing_in_show_nothing(in_state, as_role):
    message = in_state("sent", "security")
    client = as_role("administrator")

    assert "Nothing is kept of what messages for signing in say" in text_of(client.get(message.get_absolute_url()))
    assert client.get(f"/messages/{message.pk}/body/").status_code == 404


@pytest.mark.parametrize("demonstration", [True, False])
def test_only_a_demonstration_shows_what_it_delivered_with_its_links(
    post, switches, office, settings, as_role, demonstration
):
    office.is_demonstration = demonstration
    office.save()
    settings.EMAIL_BACKEND = FOLDER
    message = post()
    delivery.run()
    client = as_role("liaison")

    shown = [text_of(client.get(message.get_absolute_url() + part)) for part in ("", "body/")]

    (token,) = switches.tokens
    assert [f"/i/{token}/?reply=accept" in page for page in shown] == [demonstration] * 2
    assert ('<base target="_blank">' in shown[1]) == demonstration


def test_a_message_that_cannot_be_written_still_has_its_page(post, as_role):
    message = post("broken")

    response = as_role("liaison").get(message.get_absolute_url())

    assert response.status_code == 200
    assert "It was never written" in text_of(response)


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("uncertain", "mark-sent", "sent"),
        ("uncertain", "send-again", "queued"),
        ("uncertain", "stop", "dropped"),
        ("failed", "retry", "queued"),
        ("refused", "retry", "queued"),
        ("refused", "leave", "failed"),
        ("dropped", "retry", "queued"),
        ("queued", "stop", "dropped"),
        ("held", "stop", "dropped"),
        ("queued", "send-now", "queued"),
        ("sent", "retry", "sent"),
        ("sent", "send-again", "sent"),
        ("sent", "mark-sent", "sent"),
        ("sent", "stop", "sent"),
    ],
)
def test_what_people_do_to_a_message(in_state, signed_in, liaison, before, verb, after):
    message = in_state(before)
    client = signed_in(liaison)

    responses = [client.post(f"/messages/{message.pk}/{verb}/") for _press in range(2)]
    steps = [line for line in Message.objects.get(pk=message.pk).log if line.get("by")]

    message.refresh_from_db()
    assert message.state == after
    assert responses[0].status_code == 302
    assert client.get(message.get_absolute_url()).status_code == 200
    if before != "sent":
        assert {line["by"] for line in steps} == {"Nadia Rahmani"}
        assert len(steps) == (2 if verb == "send-now" else 1)
    else:
        assert steps == []


def test_a_failure_that_was_left_needs_no_look_any_more(in_state, signed_in, liaison):
    message = in_state("refused")
    assert how_many_need(liaison) == 1

    signed_in(liaison).post(f"/messages/{message.pk}/leave/")

    message.refresh_from_db()
    assert (message.state, message.needs_a_look) == ("failed", False)
    assert how_many_need(liaison) == 0


def test_the_side_bar_counts_what_needs_this_reader(in_state, liaison, manager):
    in_state("uncertain")
    in_state("held")
    in_state("sent", "service")

    assert how_many_need(liaison) == 1
    assert how_many_need(manager) == 2


def test_held_messages_of_one_run_are_approved_together_by_those_who_may(switches, liaison, manager, signed_in):
    later = datetime(2027, 1, 15, 10, tzinfo=UTC)
    letters = [Letter(liaison, address=f"p{n}@labour.example") for n in range(3)]
    outbox.post_many("test.survey", letters, not_before=later, held=True)
    message = Message.objects.first()
    page = text_of(signed_in(manager).get("/messages/?tab=approve"))
    assert "3 people" in page
    assert "Approve 3 messages?" in text_of(signed_in(manager).get(f"/messages/{message.pk}/approve/"))

    assert signed_in(liaison).post(f"/messages/{message.pk}/approve/").status_code == 403
    assert signed_in(manager).post(f"/messages/{message.pk}/approve/").status_code == 302

    assert set(Message.objects.values_list("state", "due_at")) == {("queued", later)}
    assert signed_in(manager).post(f"/messages/{message.pk}/approve/").status_code == 404


def test_messages_of_one_run_share_a_line_and_are_sent_together(switches, liaison, signed_in, mailoutbox):
    later = timezone.now() + timedelta(days=9)
    letters = [Letter(liaison, address=f"p{n}@labour.example", name=f"Person {n}") for n in range(3)]
    outbox.post_many("test.survey", letters, not_before=later, scheduled=True)
    outbox.post_many("test.survey", [Letter(liaison, address="other@labour.example", name="Other")])
    client = signed_in(liaison)
    message = Message.objects.filter(scheduled=True).order_by("pk").first()

    page = text_of(client.get("/messages/?tab=scheduled"))
    together = text_of(client.get(f"/messages/?together={message.pk}"))
    found = text_of(client.get("/messages/?q=person"))
    exported = b"".join(client.get("/messages/?format=csv").streaming_content).decode()

    people = ["Person 0", "Person 1", "Person 2"]
    assert "3 people" in page
    assert "Other" in page
    assert [name for name in people if name in page] == []
    assert [name for name in people if name in together and name in found and name in exported] == people
    client.post(f"/messages/{message.pk}/send-now/")
    delivery.run()
    assert len(mailoutbox) == 4


def test_looking_changes_nothing(in_state, as_role):
    messages = [in_state(state) for state in ("held", "failed", "sent", "dropped", "uncertain", "queued")]
    before = list(Message.objects.order_by("pk").values())
    client = as_role("liaison")

    for message in messages:
        for part in ("", "body/", "send-now/"):
            client.get(message.get_absolute_url() + part)
        for verb in ("retry", "send-again", "mark-sent", "stop", "leave"):
            assert client.get(f"/messages/{message.pk}/{verb}/").status_code == 405

    assert list(Message.objects.order_by("pk").values()) == before


def walk(page, in_state, liaison, sign_in, axe):
    """Find what needs a look, and resolve it."""
    in_state("sent", context={"note": "See you there."})
    message = in_state("uncertain")
    sign_in(page, liaison)

    page.goto("/messages/")
    axe(page)
    page.get_by_role("navigation", name="Messages by state").get_by_role("link", name="Needs a look").click()
    page.get_by_role("link", name="Check").click()
    axe(page)
    page.get_by_role("button", name="It was sent").click()
    page.get_by_text("The message is marked as sent.").first.wait_for()

    message.refresh_from_db()
    assert message.state == "sent"


def test_the_outbox_in_a_browser(page, in_state, liaison, sign_in, axe):
    walk(page, in_state, liaison, sign_in, axe)


def test_the_outbox_on_a_telephone(phone, in_state, liaison, sign_in, axe):
    walk(phone, in_state, liaison, sign_in, axe)
