"""Views of lists under a name: saved, shared, opened by default, and never more than their reader may see."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.http import urlencode

from nso_contacts.accounts.models import SavedView
from tests.factories import OrganisationFactory, log_contact

pytestmark = pytest.mark.django_db
LIST = "/organisations/"
NAME = "stakeholders:organisation_list"


@pytest.fixture
def client(signed_in, liaison):
    return signed_in(liaison)


def save(client, name, state="kind=MINISTRY", list_name=NAME, **fields):
    return client.post(f"/views/new/?{urlencode({'list': list_name, 'state': state})}", {"name": name, **fields})


def view(owner, **fields):
    usual = {"list_name": NAME, "state": "kind=MINISTRY", "name": "M"}
    return SavedView.objects.create(owner=owner, **usual | fields)


def test_a_list_is_saved_with_filters_order_and_columns_and_stands_above_it(client):
    OrganisationFactory(name="Labour", kind="MINISTRY"), OrganisationFactory(name="Zaccaria", kind="CENTRAL_BANK")
    asked = "kind=MINISTRY&sort=-name&cols=name&cols=kind"
    page = client.get(f"{LIST}?{asked}&page=7&nonsense=1").text
    assert "Save this view" in page

    answer = save(client, "Ministries", asked + "&page=7&nonsense=1")

    assert answer.url == f"{LIST}?{asked}"
    shown = client.get(answer.url).text
    tab = f'<a href="{answer.url.replace("&", "&amp;")}" aria-current="page">Ministries'
    assert tab in shown
    assert "Save this view" not in shown
    assert "Labour" in shown
    assert "Zaccaria" not in shown
    assert "Last contact</a>" not in shown


def test_columns_are_left_out_of_page_and_file_but_never_the_name(client):
    OrganisationFactory(name="Labour")

    page = client.get(f"{LIST}?cols=owner").text
    head = client.get(f"{LIST}?cols=owner&format=csv").getvalue().decode("utf-8-sig").splitlines()[0]

    assert 'data-l="Owner"' in page
    assert 'data-l="Kind"' not in page
    assert head.startswith("Name,Code,Short name,Government level")
    assert "Last contact" not in head
    assert 'data-l="Kind"' in client.get(f"{LIST}?cols=nonsense").text


def test_saving_under_a_name_again_replaces_the_view_however_it_is_written(client):
    save(client, "Ministries")
    save(client, "MINISTRIES", "kind=MEDIA")

    assert list(SavedView.objects.values_list("name", "state")) == [("MINISTRIES", "kind=MEDIA")]


def test_a_shared_view_shows_each_reader_only_their_rows(client, signed_in, liaison, statistician):
    log_contact(liaison, organisations=[OrganisationFactory()], subject="Open matter")
    log_contact(liaison, organisations=[OrganisationFactory()], subject="Secret matter", restricted=True)
    save(client, "Calls", "channel=PHONE", "stakeholders:interaction_list", shared="on")

    other = signed_in(statistician)
    page = other.get("/interactions/").text
    assert "Shared by Nadia Rahmani" in page
    shown = other.get("/interactions/?channel=PHONE").text
    assert "Open matter" in shown
    assert "Secret matter" not in shown
    assert "Secret matter" in client.get("/interactions/?channel=PHONE").text


def test_a_private_view_and_anothers_view_are_nobody_elses(client, signed_in, liaison, manager):
    own, shared = view(liaison, name="Private"), view(liaison, name="Common", shared=True)
    other = signed_in(manager)
    page = other.get(LIST).text

    assert "Private" not in page
    assert "Common" in page
    for one in (own, shared):
        for url in (f"/views/{one.pk}/", f"/views/{one.pk}/delete/"):
            assert other.get(url).status_code == 404
            assert other.post(url, {"name": "Mine"}).status_code == 404
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Private", "Common"}


def test_a_list_opens_with_the_default_view_and_everything_is_one_press_away(client, liaison):
    OrganisationFactory(name="Labour"), OrganisationFactory(name="Bank", kind="CENTRAL_BANK")
    save(client, "Ministries", is_default="on")
    save(client, "Banks", "kind=CENTRAL_BANK", is_default="on")

    opened = client.get(LIST)
    assert opened.url == f"{LIST}?kind=CENTRAL_BANK"
    assert SavedView.objects.filter(is_default=True).count() == 1
    page = client.get(opened.url).text
    assert f'href="{LIST}?view=all"' in page
    everything = client.get(f"{LIST}?view=all")
    assert everything.status_code == 200
    assert "Labour" in everything.text


def test_a_view_is_renamed_shared_and_deleted_by_its_owner(client, liaison):
    kept = view(liaison)

    changed = client.post(f"/views/{kept.pk}/", {"name": "Ministries", "shared": "on", "revision": kept.revision})
    assert changed.url == f"{LIST}?kind=MINISTRY"
    kept.refresh_from_db()
    assert (kept.name, kept.shared) == ("Ministries", True)
    assert "no longer find it" in client.get(f"/views/{kept.pk}/delete/").text
    assert client.post(f"/views/{kept.pk}/delete/").url == LIST
    assert not SavedView.objects.exists()


def test_renaming_to_a_name_in_use_is_refused_beside_the_field(client, liaison):
    view(liaison, name="Ministries")
    other = view(liaison, name="Other")

    answer = client.post(f"/views/{other.pk}/", {"name": "ministries", "revision": other.revision})

    assert answer.status_code == 422
    assert "You have a view of this list with that name." in answer.text


def test_only_a_list_the_reader_may_open_is_saved_and_never_everything(client, signed_in, statistician):
    assert save(client, "X", "kind=MINISTRY", "nonsense").status_code == 404
    assert save(client, "X", "kind=MINISTRY", "stakeholders:home").status_code == 404
    assert save(client, "X", "").status_code == 404
    assert save(signed_in(statistician), "X", "role=manager", "accounts:users").status_code == 404
    assert save(client, "").status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"name": "m"}, "savedview_name_once"),
        ({"name": "N", "is_default": True}, "savedview_one_default"),
        ({"name": ""}, "savedview_has_a_name"),
    ],
)
def test_what_the_database_holds_of_views(liaison, other, constraint):
    view(liaison, is_default=True)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        view(liaison, **other)


def test_an_address_from_outside_the_list_is_never_led_to(client):
    answer = save(client, "X", "kind=MINISTRY&next=//evil.example")

    assert answer.url == f"{reverse(NAME)}?kind=MINISTRY"
