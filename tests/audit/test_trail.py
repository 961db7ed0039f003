"""Actions and the history they leave: who, why, and nothing that can be changed afterwards."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, InternalError, connection, transaction

from nso_contacts.audit.trail import acting, action
from stakeholders.models import Organisation
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


@action
def rename(organisation, *, actor, name, reason="", batch=""):
    """Rename, and fail on a name nobody may have."""
    Organisation.objects.filter(pk=organisation.pk).update(name=name)
    if name == "forbidden":
        raise ValueError
    return name


@action
def rename_twice(organisation, *, actor, reason=""):
    rename(organisation, actor=None, name="First", reason="inner")
    rename(organisation, actor=None, name="Second")


def told(organisation):
    """The contexts of a record's updates, oldest first."""
    events = Organisation.pgh_event_model.objects.filter(pgh_obj=organisation, pgh_label="update")
    return [event.pgh_context and event.pgh_context.metadata for event in events.order_by("pgh_id")]


def test_the_history_names_actor_reason_batch_and_action(liaison):
    organisation = OrganisationFactory()

    assert rename(organisation, actor=liaison, name="New", reason="Decree 2026-88", batch="import:7") == "New"

    assert told(organisation) == [
        {"action": f"{__name__}.rename", "actor": liaison.pk, "reason": "Decree 2026-88", "batch": "import:7"}
    ]


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_the_office_itself_is_nobody(nobody):
    organisation = OrganisationFactory()

    rename(organisation, actor=nobody, name="New")

    assert told(organisation)[0]["actor"] is None


def test_somebody_with_a_personal_link_is_named():
    organisation, person = OrganisationFactory(), PersonFactory()

    rename(organisation, actor=person, name="New")

    assert told(organisation)[0] == {
        "action": f"{__name__}.rename",
        "actor": None,
        "person": f"stakeholders.person/{person.pk}",
        "reason": "",
        "batch": "",
    }


def test_actions_inside_an_action_are_told_under_the_outer_one(liaison):
    organisation = OrganisationFactory()

    rename_twice(organisation, actor=liaison, reason="outer")

    events = Organisation.pgh_event_model.objects.filter(pgh_obj=organisation, pgh_label="update")
    assert len({event.pgh_context_id for event in events}) == 1
    assert [(c["actor"], c["reason"], c["action"]) for c in told(organisation)] == [
        (liaison.pk, "outer", f"{__name__}.rename_twice")
    ] * 2


def test_an_action_that_fails_leaves_nothing(liaison):
    organisation = OrganisationFactory(name="Before")

    with pytest.raises(ValueError):
        rename(organisation, actor=liaison, name="forbidden")

    organisation.refresh_from_db()
    assert organisation.name == "Before"
    assert told(organisation) == []
    rename(organisation, actor=liaison, name="After")
    assert len(told(organisation)) == 1


def test_a_part_that_fails_inside_an_action_takes_only_itself_back(liaison):
    organisation = OrganisationFactory(name="Before")

    with acting("load", actor=liaison):
        rename(organisation, actor=liaison, name="Kept")
        with pytest.raises(ValueError):
            rename(organisation, actor=liaison, name="forbidden")

    organisation.refresh_from_db()
    assert organisation.name == "Kept"


def test_an_action_must_say_who_acts():
    with pytest.raises(TypeError, match="actor"):
        rename(OrganisationFactory(), name="New")
    with pytest.raises(TypeError, match="actor"):

        @action
        def nameless(organisation):
            """Say nothing of who acts."""


def test_bulk_updates_plain_sql_and_deletes_are_in_the_history():
    organisation = OrganisationFactory(name="One")
    key = organisation.pk
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stakeholders_organisation SET name = 'Two' WHERE id = %s", [key])
    Organisation.objects.filter(pk=key).delete()

    events = Organisation.pgh_event_model.objects.filter(pgh_obj_id=key).order_by("pgh_id")
    assert list(events.values_list("pgh_label", "name")) == [("insert", "One"), ("update", "Two"), ("delete", "Two")]


@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'Forged'", "DELETE FROM {}"])
def test_nobody_changes_or_removes_history(statement):
    OrganisationFactory()

    refused = pytest.raises((InternalError, IntegrityError), match="Cannot")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("stakeholders_organisationevent"))


def test_the_revision_counts_real_changes_and_believes_nobody():
    organisation = OrganisationFactory()
    start = Organisation.objects.get(pk=organisation.pk).revision

    Organisation.objects.filter(pk=organisation.pk).update(name="A")
    Organisation.objects.filter(pk=organisation.pk).update(name="B", revision=1)
    Organisation.objects.filter(pk=organisation.pk).update(search_text="derived")
    Organisation.objects.filter(pk=organisation.pk).update(name="B")

    assert Organisation.objects.get(pk=organisation.pk).revision == start + 2


def test_history_rows_stay_out_of_what_a_merge_walks():
    related = {relation.related_model for relation in Organisation._meta.related_objects}

    assert Organisation.pgh_event_model not in related
    assert [model for model in related if model.__name__.endswith("Event") and hasattr(model, "pgh_obj")] == []
