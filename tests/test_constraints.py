"""What the database refuses, below all forms and actions: every constraint of the project is broken by a test.

Most are broken beside the rules they serve; those of no other test are broken here, by the least row that could be.
"""

import ast
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from feedback.models import (
    Answer,
    ClockPause,
    DataRequest,
    Enquiry,
    FrameMember,
    NeedAnswer,
    NeedRaiser,
    PublishedResponse,
    Question,
    Survey,
    SurveyWave,
)
from nso_contacts.files.models import StoredFile
from nso_contacts.imports.models import ColumnMapping, ImportRecord, ImportRow
from stakeholders.models import (
    Committee,
    CommitteeSeat,
    DataItem,
    Interaction,
    InteractionDomain,
    InteractionGroup,
    InteractionProduct,
    MovedDue,
    Organisation,
    Participant,
    Person,
    Product,
    ProductKeyUserGroup,
    SeatHolder,
    Task,
    UserGroup,
    UserGroupMembership,
)

TESTS = Path(__file__).parent
NUMBERS = count(1)
OURS = ("nso_contacts.", "stakeholders.", "feedback.", "workshops.")
NOW = timezone.now()
BEFORE, TODAY = NOW - timedelta(days=1), NOW.date()
YESTERDAY = BEFORE.date()
ASKED = {"requester_email": "a@x.example"}
BACKWARDS = {"valid_from": TODAY, "valid_to": YESTERDAY}

# Rows with these values are refused. A model stands for one record of it that has to be there first.
REFUSED = {
    "answer_on_the_scale": (Answer, {"value": 11}),
    "clockpause_ends_after_start": (ClockPause, {"started_at": NOW, "ended_at": BEFORE}),
    "committee_mandate_ends_after_start": (Committee, {"mandate_from": TODAY, "mandate_to": YESTERDAY}),
    "committee_quorum_is_a_percentage": (Committee, {"quorum_percent": 101}),
    "enquiry_closed_with_outcome": (Enquiry, {"closed_at": NOW, "outcome": ""}),
    "enquiry_request_is_named": (Enquiry, {"outcome": "REQUEST", "request": None}),
    "interaction_has_a_subject": (Interaction, {"subject": ""}),
    "moveddue_of_one_record": (MovedDue, {"organisation": Organisation, "person": Person}),
    "needanswer_has_words": (NeedAnswer, {"text": ""}),
    "participant_is_somebody": (Participant, {"person": None, "organisation": None}),
    "request_delivered_at_a_time": (DataRequest, ASKED | {"status": "DELIVERED", "request_class": "TABLE"}),
    "request_has_a_requester": (DataRequest, {"requester": None, "requester_email": ""}),
    "request_has_a_subject": (DataRequest, ASKED | {"subject": ""}),
    "request_redirected_somewhere": (DataRequest, ASKED | {"status": "REDIRECTED", "redirected_to": ""}),
    "request_refused_with_reason": (DataRequest, ASKED | {"status": "REFUSED", "refusal_reason": ""}),
    "request_reopened_after_an_answer": (DataRequest, ASKED | {"reopened_at": NOW, "first_delivered_at": None}),
    "request_triaged_has_a_class": (DataRequest, ASKED | {"status": "TRIAGED", "request_class": ""}),
    "request_years_in_order": (DataRequest, ASKED | {"first_year": 2020, "last_year": 2019}),
    "response_published_by_somebody": (PublishedResponse, {"published_at": NOW, "published_by": None}),
    "seatholder_ends_after_start": (SeatHolder, BACKWARDS),
    "stored_file_has_a_name": (StoredFile, {"name": "", "sha256": "0" * 64, "size": 1}),
    "stored_file_is_a_hash": (StoredFile, {"sha256": "0" * 63 + "g", "size": 1}),
    "stored_file_not_empty": (StoredFile, {"sha256": "0" * 64, "size": 0}),
    "surveywave_closed_after_opening": (
        SurveyWave,
        {"opened_at": NOW, "closes_at": NOW + timedelta(days=1), "closed_at": BEFORE},
    ),
    "surveywave_closes_after_opening": (SurveyWave, {"opened_at": NOW, "closes_at": NOW}),
    "task_done_or_cancelled": (Task, {"done_at": NOW, "cancelled_at": NOW}),
    "task_has_a_title": (Task, {"title": ""}),
    "usergroup_cadence_positive": (UserGroup, {"cadence_days": 0}),
    "usergroupmembership_ends_after_start": (UserGroupMembership, BACKWARDS),
}
WAVE = {"opened_at": NOW, "closes_at": NOW + timedelta(days=1)}
# One such row may be there, and no second one.
ONCE = {
    "answer_once": (Answer, {}),
    "clockpause_one_open": (ClockPause, {"ended_at": None}),
    "committeeseat_unique": (CommitteeSeat, {"organisation": Organisation}),
    "dataitem_code_unique": (DataItem, {}),
    "framemember_once": (FrameMember, {}),
    "import_mapping_once": (ColumnMapping, {}),
    "import_record_once": (ImportRecord, {}),
    "import_row_once": (ImportRow, {}),
    "interactiondomain_once": (InteractionDomain, {}),
    "interactiongroup_once": (InteractionGroup, {}),
    "interactionproduct_once": (InteractionProduct, {}),
    "needanswer_once": (NeedAnswer, {}),
    "needraiser_organisation_once": (NeedRaiser, {"person": None, "organisation": Organisation}),
    "needraiser_person_once": (NeedRaiser, {"person": Person}),
    "participant_organisation_once": (Participant, {"person": None, "organisation": Organisation}),
    "participant_person_once": (Participant, {"person": Person}),
    "product_code_unique": (Product, {}),
    "productkeyusergroup_unique": (ProductKeyUserGroup, {}),
    "question_code_unique": (Question, {}),
    "seatholder_one_principal": (SeatHolder, {"position": "PRINCIPAL", "valid_to": None}),
    "survey_one_default": (Survey, {"is_default": True, "kind": "ITEM_CONSULTATION"}),
    "usergroupmembership_once": (UserGroupMembership, {"valid_to": None}),
}
OWN_PARENT = "committee_not_its_own_parent"
# What a row needs besides, so that it breaks nothing else.
SOUND = {
    SurveyWave: WAVE,
    DataRequest: ASKED,
    NeedRaiser: {"person": Person},
    Participant: {"person": Person},
    StoredFile: {"size": 1},
}
CONSTRAINTS = {
    constraint.name: constraint
    for model in apps.get_models()
    if model.__module__.startswith(OURS)
    for constraint in model._meta.constraints
}


def least(model, given=()):
    """A row with the least that its columns ask for, and `given`; not yet in the database."""
    values = SOUND.get(model, {}) | dict(given)
    for field in model._meta.concrete_fields:
        is_filled = field.primary_key or field.generated or field.null or field.has_default()
        if not is_filled and field.name not in values and (needed := least_of(field)) is not None:
            values[field.name] = needed
    for name, value in values.items():
        if isinstance(value, type) and issubclass(value, models.Model):
            values[name] = saved(least(value))
    return model(**values)


def least_of(field):
    """What stands in a column that cannot be empty; None for one that may be."""
    number = next(NUMBERS)
    if field.is_relation:
        return field.related_model
    is_text = isinstance(field, models.CharField | models.TextField)
    if is_text and field.blank:
        return None
    if field.choices:
        return field.flatchoices[0][0]
    if is_text:
        return f"{number:064x}"[-(field.max_length or 64) :]
    kinds = {
        models.DateTimeField: NOW,
        models.DateField: TODAY,
        models.BooleanField: False,
        models.JSONField: [],
        models.UUIDField: None,
    }
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), number % 1000)


def saved(row):
    """Write a row as it is, past everything that its model would set right."""
    return type(row)._base_manager.bulk_create([row])[0]


def named_in_tests():
    """Every text in the modules of tests, this one left out: a test that breaks a constraint names it."""
    for path in TESTS.rglob("test_*.py"):
        if path != Path(__file__):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def test_every_constraint_is_broken_by_a_test():
    here = {*REFUSED, *ONCE, OWN_PARENT}
    assert here <= set(CONSTRAINTS)
    assert set(CONSTRAINTS) - here - set(named_in_tests()) == set()


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(office, name):
    model, values = REFUSED[name]
    row = least(model, values)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        saved(row)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ONCE)
def test_the_database_keeps_only_one(office, name):
    row = saved(least(*ONCE[name]))
    row.pk = None
    for field in row._meta.concrete_fields:
        if field.unique and not (field.primary_key or field.is_relation):
            setattr(row, field.attname, field.get_default() or least_of(field))
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        saved(row)


@pytest.mark.django_db
def test_a_committee_is_not_its_own_parent(office):
    committee = saved(least(Committee))
    with pytest.raises(IntegrityError, match=OWN_PARENT), transaction.atomic():
        Committee.objects.filter(pk=committee.pk).update(parent=committee.pk)


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_each_says_what_is_wrong_in_words(name):
    assert name not in str(CONSTRAINTS[name].get_violation_error_message())
