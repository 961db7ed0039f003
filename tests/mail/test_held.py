"""Mail that is held after a restore: nothing goes out but sign-in mail, and a person lets it go."""

import pytest
from django.db import IntegrityError

from nso_contacts.mail import actions, delivery
from nso_contacts.mail.models import Message
from nso_contacts.office import actions as office_actions
from nso_contacts.office.models import Office

pytestmark = pytest.mark.django_db

BECAUSE = "The office was restored from a backup of 2026-11-24 02:00."


@pytest.fixture
def held(office):
    office_actions.hold_mail(BECAUSE, actor=None)


def states():
    return dict(Message.objects.values_list("message_class", "state"))


def test_only_mail_for_signing_in_goes_out_while_mail_is_held(held, post, smtp_sink):
    for kind in ("security", "service", "invitation", "survey", "news"):
        post(kind)
    assert delivery.run() is False
    assert states() == {
        "SECURITY": "sent",
        "SERVICE": "queued",
        "INVITATION": "queued",
        "SURVEY": "queued",
        "NEWS": "queued",
    }
    assert len(smtp_sink.messages) == 1
    assert not delivery.anything_due(delivery.timezone.now())


def test_every_staff_page_says_so_and_nobody_outside_sees_it(held, as_role):
    for role in ("administrator", "manager", "liaison", "statistician"):
        page = as_role(role).get("/people/").content.decode()
        assert BECAUSE in page
        assert ("/messages/release/" in page) == (role in {"administrator", "liaison"})
    assert BECAUSE not in as_role("expert").get("/portal/").content.decode()


def test_looking_at_the_page_changes_nothing_and_choosing_lets_mail_go(held, post, smtp_sink, as_role):
    post("service")
    client = as_role("liaison")

    page = client.get("/messages/release/")
    assert "One message was written while mail was held." in page.content.decode()
    assert Office.objects.get().mail_held_because == BECAUSE
    assert client.post("/messages/release/").status_code == 422
    assert Office.objects.get().mail_held_because == BECAUSE

    answer = client.post("/messages/release/", {"waiting": "send"})
    assert (answer.status_code, answer["Location"]) == (302, "/messages/")
    delivery.run()
    assert states() == {"SERVICE": "sent"}
    assert client.get("/messages/release/")["Location"] == "/messages/"


def test_what_was_written_meanwhile_can_be_cancelled(held, post, smtp_sink, as_role):
    post("invitation")
    as_role("administrator").post("/messages/release/", {"waiting": "cancel"})
    delivery.run()
    assert states() == {"INVITATION": "dropped"}
    assert smtp_sink.messages == []
    assert Office.objects.get().mail_held_at is None


def test_a_statistician_does_not_let_mail_go(held, as_role):
    assert as_role("statistician").post("/messages/release/", {"waiting": "send"}).status_code == 403


def test_holding_twice_keeps_the_first_reason_and_a_reason_is_needed(held, office):
    office_actions.hold_mail("another", actor=None)
    assert Office.objects.get().mail_held_because == BECAUSE
    with pytest.raises(IntegrityError, match="office_mail_held_for_a_reason"):
        Office.objects.update(mail_held_because="")


def test_what_waited_is_in_doubt_and_what_waits_for_approval_goes_on_waiting(post, held):
    waiting, held_back, sign_in = post("invitation"), post("news"), post("security")
    Message.objects.filter(pk=held_back.pk).update(state="held", due_at=None)

    assert actions.doubt_what_waits(BECAUSE) == 1

    assert dict(Message.objects.values_list("pk", "state")) == {
        waiting.pk: "uncertain",
        held_back.pk: "held",
        sign_in.pk: "dropped",
    }
    assert [message.log[-1]["what"] for message in Message.objects.order_by("pk")] == [
        "restored",
        "restored",
        "dropped",
    ]


def test_the_page_of_letting_go_is_accessible(held, post, page, phone, sign_in, liaison, axe):
    post("service")
    for window in (page, phone):
        sign_in(window, liaison)
        window.goto("/messages/release/")
        axe(window)
    page.get_by_label("Send them").check()
    page.get_by_role("button", name="Let mail go").click()
    page.wait_for_url("**/messages/")
    assert page.get_by_text(BECAUSE).count() == 0
