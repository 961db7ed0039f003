"""The users of the office: who manages them, what they may change, and that an administrator always stays."""

from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nso_contacts.accounts import actions
from nso_contacts.accounts.models import User, UserRole
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(signed_in, administrator):
    return signed_in(administrator)


def test_the_list_shows_everybody_with_roles_and_state(admin_client, make_user):
    make_user("liaison", "statistician", name="Nadia Rahmani", email="nadia@nso.example")
    make_user("manager", name="Gone Manager", is_active=False)
    make_user("expert", name="Invited Expert", invited_at=timezone.now())
    page = admin_client.get(reverse("accounts:users")).content.decode()
    for words in ("Nadia Rahmani", "nadia@nso.example", "Liaison officer, Statistician", "Deactivated", "Invited"):
        assert words in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("state=inactive", ["Gone"]),
        ("state=invited", ["Invited"]),
        ("state=active", ["Ada Administrator", "Nadia"]),
        ("role=liaison", ["Nadia"]),
        ("q=nadi", ["Nadia"]),
        ("sort=-name", ["Nadia", "Invited", "Gone", "Ada Administrator"]),
    ],
)
def test_the_list_is_filtered_searched_and_sorted(admin_client, make_user, query, names):
    make_user("liaison", name="Nadia")
    make_user("manager", name="Gone", is_active=False)
    make_user("expert", name="Invited", invited_at=timezone.now())
    rows = admin_client.get(f"{reverse('accounts:users')}?{query}").context["rows"]
    assert [row.record.name for row in rows] == names


def test_the_list_asks_the_same_number_of_questions_for_30_users(
    admin_client, make_user, django_assert_max_num_queries
):
    from django.test.utils import CaptureQueriesContext

    admin_client.get(reverse("accounts:users"))
    with CaptureQueriesContext(connection) as few:
        admin_client.get(reverse("accounts:users"))
    for _n in range(29):
        make_user("liaison", "statistician")
    with CaptureQueriesContext(connection) as many:
        admin_client.get(reverse("accounts:users"))
    assert len(many) == len(few)


def test_roles_are_changed_and_the_change_is_in_the_history(admin_client, administrator, liaison):
    answer = admin_client.post(reverse("accounts:user", args=[liaison.pk]), {"roles": ["manager"]})
    assert answer.status_code == 302
    assert User.objects.get(pk=liaison.pk).roles == ["manager"]
    events = UserRole.pgh_event_model.objects.filter(user_id=liaison.pk, pgh_context__metadata__actor=administrator.pk)
    assert sorted(events.values_list("pgh_label", "group__name")) == [("delete", "liaison"), ("insert", "manager")]


def test_the_last_administrator_cannot_lose_the_role(admin_client, administrator):
    answer = admin_client.post(reverse("accounts:user", args=[administrator.pk]), {"roles": ["manager"]})
    assert answer.status_code == 422
    assert "The office needs at least one administrator." in answer.content.decode()
    assert User.objects.get(pk=administrator.pk).roles == ["administrator"]


def test_the_last_administrator_cannot_be_deactivated(admin_client, administrator, make_user):
    make_user("administrator", is_active=False)
    answer = admin_client.post(reverse("accounts:user_deactivate", args=[administrator.pk]))
    assert answer.status_code == 422
    assert "The office needs at least one administrator." in answer.content.decode()
    assert User.objects.get(pk=administrator.pk).is_active


def test_one_of_two_administrators_may_go(admin_client, administrator, make_user):
    other = make_user("administrator")
    assert admin_client.post(reverse("accounts:user_deactivate", args=[other.pk])).status_code == 302
    assert not User.objects.get(pk=other.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_both_leave_at_once(make_user):
    both = [make_user("administrator"), make_user("administrator")]

    def leaves(user):
        try:
            actions.change_roles(user, ["manager"], actor=user)
        except actions.LastAdministrator:
            return False
        return True

    assert sorted(at_once(*(partial(leaves, user) for user in both))) == [False, True]
    assert get_user_model().objects.with_role("administrator").count() == 1


def test_deactivating_signs_out_everywhere_and_letting_in_again_works(admin_client, liaison):
    theirs = Client()
    theirs.force_login(liaison)
    assert theirs.get("/me/").status_code == 200
    assert admin_client.get(reverse("accounts:user_deactivate", args=[liaison.pk])).status_code == 200
    assert theirs.get("/me/").status_code == 200
    admin_client.post(reverse("accounts:user_deactivate", args=[liaison.pk]))
    assert theirs.get("/me/").status_code == 302
    admin_client.post(reverse("accounts:user_reactivate", args=[liaison.pk]))
    theirs.force_login(User.objects.get(pk=liaison.pk))
    assert theirs.get("/me/").status_code == 200


def test_a_lost_device_is_taken_off(admin_client, liaison):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth as totp

    totp.TOTP.activate(liaison, totp.generate_totp_secret())
    page = admin_client.get(reverse("accounts:user", args=[liaison.pk])).content.decode()
    assert "Authenticator app" in page
    admin_client.post(reverse("accounts:user_reset_two_step", args=[liaison.pk]))
    assert not Authenticator.objects.filter(user=liaison).exists()


def test_the_database_refuses_the_same_address_in_capitals(liaison):
    with pytest.raises(IntegrityError, match="user_email_unique"), transaction.atomic():
        User.objects.create_user(liaison.email.upper())


@pytest.mark.parametrize(("first", "last"), [("2026-10-02", "2026-10-01"), (None, "2026-10-01"), ("2026-10-01", None)])
def test_the_database_refuses_an_absence_without_order(liaison, first, last):
    with pytest.raises(IntegrityError, match="user_out_of_office_in_order"), transaction.atomic():
        User.objects.filter(pk=liaison.pk).update(out_of_office_from=first, out_of_office_to=last)


def test_neither_password_nor_sign_in_leave_a_trace_in_the_history(liaison):
    events = User.pgh_event_model.objects.filter(pgh_obj_id=liaison.pk)
    before = events.count()
    liaison.set_password("another long sentence")
    liaison.last_login = timezone.now()
    liaison.save()
    assert events.count() == before
    assert not {"password", "last_login"} & {field.name for field in User.pgh_event_model._meta.get_fields()}
