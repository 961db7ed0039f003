"""Nothing may point at a person or an organisation without somebody having thought about merges."""

import pghistory
import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models

from stakeholders import merge_fields, merge_rules
from stakeholders.models import Organisation, Person


def links(model):
    """Every foreign key to `model`, those of many-to-many tables and without a name included; history aside."""
    for relation in model._meta.get_fields(include_hidden=True):
        pointing = relation.auto_created and (relation.one_to_many or relation.one_to_one)
        if pointing and not issubclass(relation.related_model, pghistory.models.Event):
            yield relation.related_model, relation.field.name


@pytest.mark.parametrize("model", [Organisation, Person])
def test_every_foreign_key_has_a_rule(model):
    found = list(links(model))
    assert len(found) > 8
    missing = [f"{other._meta.label}.{name}" for other, name in found if not merge_rules.has_rule(other, name)]
    assert missing == [], "Register a Rule with stakeholders.merge_rules for each of these."


def test_every_generic_foreign_key_has_a_rule():
    found = [
        (model, field.fk_field)
        for model in apps.get_models()
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert found
    missing = [f"{model._meta.label}.{name}" for model, name in found if not merge_rules.has_rule(model, name)]
    assert missing == [], "Register a GenericRule, or exempt the link, with stakeholders.merge_rules."


def test_a_new_foreign_key_is_noticed():
    class Visit(models.Model):
        person = models.ForeignKey(Person, models.CASCADE)

        class Meta:
            app_label = "stakeholders"

    try:
        assert not merge_rules.has_rule(Visit, "person")
        assert (Visit, "person") in list(links(Person))
    finally:
        del apps.all_models["stakeholders"]["visit"]
        apps.clear_cache()


@pytest.mark.parametrize("model", [Organisation, Person])
def test_every_own_field_has_a_place_in_the_comparison(model):
    kinds = (
        merge_fields.CHOSEN,
        merge_fields.JOINED,
        merge_fields.TOGETHER,
        merge_fields.LATER,
        merge_fields.EARLIER,
    )
    placed = {name for kind in kinds for name in kind[model]} | merge_fields.KEPT
    assert {field.name for field in model._meta.concrete_fields} - placed == set()
