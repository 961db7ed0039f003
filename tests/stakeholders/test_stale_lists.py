"""Two people edit the lists of one record at the same time: each line is chosen or kept, and none is lost."""

import re

import pytest
from django.urls import reverse

from feedback.actions import need as need_actions
from feedback.models import DataNeed
from stakeholders.models import OrganisationName
from tests.factories import OrganisationFactory, PersonFactory, domain, log_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(liaison, signed_in):
    return signed_in(liaison)


@pytest.fixture
def ministry():
    ministry = OrganisationFactory(name="Ministry of Health")
    for name in ("MSP", "MOH"):
        OrganisationName.objects.create(organisation=ministry, name=name, kind="ACRONYM")
    return ministry


def opened(client, address, **typed):
    """What a browser sends for the form at an address, with other values in some fields."""
    form = client.get(address).context["form"]
    sent = {"revision": form["revision"].value(), "opened_as": form["opened_as"].value()}
    for said in form.present.values():
        for name, value in said:
            sent.setdefault(name, []).append(value)
    return sent | typed


def compared(answer):
    """The fields both changed, those only one did, and what the comparison sends."""
    assert answer.status_code == 409
    both, single = ([one.label for one in answer.context[kind]] for kind in ("both", "single"))
    sent = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', answer.text):
        sent.setdefault(name, []).append(value)
    return both, single, sent


def names(organisation):
    return sorted(organisation.names.values_list("name", flat=True))


def edit_of(record, kind="organisation"):
    return reverse(f"stakeholders:{kind}_edit", args=[record.pk])


@pytest.mark.parametrize(("keep", "first"), [("mine", "M.S.P."), ("theirs", "MSPP")])
def test_a_name_that_both_changed_is_chosen_and_one_added_meanwhile_stays(client, ministry, keep, first):
    mine = opened(client, edit_of(ministry), names_0_name="M.S.P.", phone="222")
    theirs = opened(client, edit_of(ministry), names_0_name="MSPP", names_2_name="Health")
    assert client.post(edit_of(ministry), theirs).status_code == 302

    both, single, sent = compared(client.post(edit_of(ministry), mine))

    assert both == ["Name, row 1"]
    assert single == ["Telephone", "Name, row 5", "Kind of name, row 5"]
    assert names(ministry) == ["Health", "MOH", "MSPP"]
    assert client.post(edit_of(ministry), sent | {"keep-names_0_name": keep}).status_code == 302
    assert names(ministry) == sorted(["Health", "MOH", first])
    ministry.refresh_from_db()
    assert ministry.phone == "222"


def test_a_name_that_was_removed_meanwhile_does_not_move_the_others(client, ministry):
    mine = opened(client, edit_of(ministry), names_1_name="MoH")
    assert client.post(edit_of(ministry), opened(client, edit_of(ministry), names_0_name="")).status_code == 302

    both, single, sent = compared(client.post(edit_of(ministry), mine))

    assert (both, single[:2]) == ([], ["Name, row 1", "Name, row 2"])
    assert client.post(edit_of(ministry), sent).status_code == 302
    assert names(ministry) == ["MoH"]


def test_a_third_change_of_a_list_during_the_comparison_is_noticed_too(client, ministry):
    mine = opened(client, edit_of(ministry), phone="222")
    client.post(edit_of(ministry), opened(client, edit_of(ministry), names_0_name="MSPP"))
    _both, _single, sent = compared(client.post(edit_of(ministry), mine))
    client.post(edit_of(ministry), opened(client, edit_of(ministry), names_0_name="MSP 3"))

    assert client.post(edit_of(ministry), sent).status_code == 409
    assert names(ministry) == ["MOH", "MSP 3"]


def test_who_took_part_is_not_overwritten_by_an_older_form(client, liaison, ministry):
    amina, yusuf = PersonFactory(name="Amina Haddad"), PersonFactory(name="Yusuf Al-Khatib")
    contact = log_contact(liaison, amina)
    mine = opened(client, edit_of(contact, "interaction"), subject="Mine")
    theirs = opened(client, edit_of(contact, "interaction"), people=[amina.pk, yusuf.pk])
    assert client.post(edit_of(contact, "interaction"), theirs).status_code == 302

    answer = client.post(edit_of(contact, "interaction"), mine)

    both, single, sent = compared(answer)
    assert (both, len(single)) == ([], 2)
    assert "Yusuf Al-Khatib" in answer.text
    assert client.post(edit_of(contact, "interaction"), sent).status_code == 302
    assert sorted(contact.participants.values_list("person__name", flat=True)) == ["Amina Haddad", "Yusuf Al-Khatib"]
    contact.refresh_from_db()
    assert contact.subject == "Mine"


def test_domains_that_both_changed_are_chosen(client, liaison):
    need = need_actions.raise_need(DataNeed(title="Rents"), None, domains=[domain("1.2")], actor=liaison)
    address = reverse("feedback:need_edit", args=[need.pk])
    mine = opened(client, address, domains=[domain("1.3").pk])
    assert client.post(address, opened(client, address, domains=[domain("1.4").pk])).status_code == 302

    both, single, sent = compared(client.post(address, mine))

    assert (len(both), single) == (1, [])
    assert list(need.domains.all()) == [domain("1.4")]
    assert client.post(address, sent | {"keep-domains": "mine"}).status_code == 302
    assert list(need.domains.all()) == [domain("1.3")]
