"""Organisations from a file: a tree, with kinds, names and general addresses."""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.imports import undoing
from nso_contacts.imports.importers import (
    UNION,
    Entry,
    Fault,
    Field,
    Importer,
    MatchRule,
    addresses,
    clean,
    lines,
    listed,
    one_of,
    some_of,
    text,
    web_address,
    whole_number,
    yes_or_no,
)
from nso_contacts.imports.keys import PART, plain, plain_sql
from nso_contacts.imports.models import Verdict
from nso_contacts.imports.staging import RECORDS

from ..actions import bulk
from ..models import Organisation, OrganisationEmail, OrganisationName, UserSegment
from . import comparing, tree
from .us_gov_domains import US_GOV_DOMAINS

TABLE = "stakeholders_organisation"
ORGANISATION, UNIT = "organisation", "unit"
TOWNS = "towns"
FLAGS = ("is_user", "is_data_holder", "is_data_supplier", "is_producer", "is_funder")
NAMES = {
    "acronyms": OrganisationName.Kind.ACRONYM,
    "former_names": OrganisationName.Kind.FORMER,
    "other_names": OrganisationName.Kind.OTHER,
}
COLUMNS = (
    "name",
    "short_name",
    "code",
    "parent_id",
    "kind",
    "government_level",
    "segment_id",
    *FLAGS,
    "country",
    "region",
    "town",
    "website",
    "phone",
    "note",
    "tier",
    "cadence_days",
)
# What a row with a unit says of the body above it.
OF_THE_BODY = ("name", "region", "town", "country", "type", "kind", "government_level", "parent")
NATIONAL = Organisation.GovernmentLevel.NATIONAL

# The key of a known organisation, by the rule that finds it.
KNOWN_KEYS = {
    "name": plain_sql("o.name"),
    "name_region": (
        f"{plain_sql('o.name')} || CASE WHEN o.government_level = 'NATIONAL' THEN '{PART}national' "
        f"ELSE '{PART}r:' || {plain_sql('o.region')} END"
    ),
    "code": plain_sql("o.code"),
    "email": "lower(e.address)",
}
# Of several organisations with one name, the one with the parent that the file names comes first, then one that is
# part of nothing; a unit named like its own parent comes last, and archived ones count only when there is no other.
MATCHED = f"""
    WITH known AS MATERIALIZED (
        SELECT o.id, o.parent_id, o.archived_at IS NOT NULL AS archived, {{key}} AS key, {plain_sql("o.name")} AS name
        FROM {TABLE} o {{join}}
    ), candidate AS (
        SELECT c.id AS record, k.id, CASE
            WHEN k.archived THEN 5
            WHEN {{by_address}} AND k.name = {plain_sql("c.values->>'name'")} THEN 0
            WHEN {plain_sql("c.values->>'parent'")} IN ({plain_sql("p.name")}, {plain_sql("nullif(p.code, '')")}) THEN 1
            WHEN {{by_address}} THEN 2
            WHEN k.parent_id IS NULL THEN 2
            WHEN above.id IS NULL THEN 3
            ELSE 4 END AS rank
        FROM {RECORDS} c JOIN known k ON k.key = c.key
            LEFT JOIN {TABLE} p ON p.id = k.parent_id
            LEFT JOIN known above ON above.id = k.parent_id AND above.key = k.key
        WHERE c.batch_id = %(batch)s AND c.label = 'organisation'
    ), best AS (
        SELECT DISTINCT ON (record) record, id, rank,
            count(*) OVER (PARTITION BY record, rank) AS equals
        FROM candidate ORDER BY record, rank, id DESC
    )
    UPDATE {RECORDS} c SET target_id = CASE WHEN best.equals = 1 OR best.rank = 5 THEN best.id END
    FROM best WHERE c.id = best.record
    RETURNING c.key, c.values->>'name', best.equals, c.target_id
"""
MATCHED_UNITS = f"""
    UPDATE {RECORDS} u SET target_id = known.id
    FROM {RECORDS} body, (
        SELECT DISTINCT ON (o.parent_id, {plain_sql("o.name")}) o.id, o.parent_id, {plain_sql("o.name")} AS name
        FROM {TABLE} o WHERE o.parent_id IS NOT NULL
        ORDER BY o.parent_id, {plain_sql("o.name")}, o.archived_at NULLS FIRST, o.id
    ) known
    WHERE u.batch_id = %(batch)s AND u.label = 'unit' AND body.batch_id = %(batch)s AND body.key = u.parent_key
        AND known.parent_id = body.target_id AND known.name = {plain_sql("u.values->>'name'")}
"""
TYPE_SETTLED = f"""
    UPDATE {RECORDS} SET values = values - 'type' || jsonb_build_object(
        'kind', values #> '{{type,1}}', 'government_level', values #> '{{type,2}}')
    WHERE batch_id = %(batch)s AND values ? 'type'
"""
SEVERAL_TOWNS = f"""
    UPDATE {RECORDS} c SET look = 'towns'
    FROM (SELECT key FROM import_entry WHERE label = 'organisation'
        GROUP BY key HAVING count(DISTINCT {plain_sql("v->>'town'")}) > 1) wide
    WHERE c.batch_id = %(batch)s AND c.key = wide.key AND c.values->>'government_level' IS DISTINCT FROM 'NATIONAL'
"""
CODE_TAKEN = f"""
    SELECT c.key, c.values->>'code', coalesce(o.name, '') AS holder, min(other.first_row) AS row
    FROM {RECORDS} c
        LEFT JOIN {TABLE} o ON lower(o.code) = lower(c.values->>'code') AND o.code <> ''
            AND o.id IS DISTINCT FROM c.target_id
        LEFT JOIN {RECORDS} other ON other.batch_id = c.batch_id AND other.key <> c.key
            AND lower(other.values->>'code') = lower(c.values->>'code') AND other.first_row < c.first_row
    WHERE c.batch_id = %(batch)s AND c.values ? 'code' AND (o.id IS NOT NULL OR other.id IS NOT NULL)
    GROUP BY c.key, c.values->>'code', o.name
"""
NO_DATA_HOLDER = f"""
    SELECT c.key FROM {RECORDS} c LEFT JOIN {TABLE} o ON o.id = c.target_id
    WHERE c.batch_id = %(batch)s
        AND coalesce((c.values->>'is_data_supplier')::boolean, o.is_data_supplier, false)
        AND NOT coalesce((c.values->>'is_data_holder')::boolean, o.is_data_holder, false)
"""


def country(cell):
    """A country by its two letters."""
    value = clean(cell).upper()
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise Fault(_("Enter the two letters of the country, for example FR."))
    return value


class OrganisationImporter(Importer):
    """Organisations, one or several rows each; a column with units makes a second level under them."""

    key = "organisations"
    title = gettext_lazy("Organisations")
    capability = "change_directory"
    labels = {
        ORGANISATION: (gettext_lazy("organisation"), gettext_lazy("Organisations")),
        UNIT: (gettext_lazy("unit"), gettext_lazy("Units of organisations")),
    }
    rules = (
        MatchRule("name_region", gettext_lazy("Same name and region"), ("name", "region")),
        MatchRule("name", gettext_lazy("Same name"), ("name",)),
        MatchRule("code", gettext_lazy("Same code"), ("code",)),
        MatchRule("email", gettext_lazy("Same e-mail address"), ("emails",)),
    )
    presets = (US_GOV_DOMAINS,)
    questions = ((TOWNS, gettext_lazy("Ask me when one body spans several towns"), "town"),)
    looks = {
        TOWNS: (
            gettext_lazy("Same name, several towns"),
            lambda n: (
                ngettext("%(n)s organisation spans several towns", "%(n)s organisations span several towns", n)
                % {"n": n}
            ),
            gettext_lazy("Each was kept as one organisation."),
        )
    }

    def fields(self):
        segments = [(segment.pk, (segment.title, segment.code)) for segment in UserSegment.objects.all()]
        return [
            Field(
                "name",
                gettext_lazy("Name"),
                text(300),
                required=True,
                aliases=("organisation", "organization", "organisation name", "organization name"),
            ),
            Field("short_name", gettext_lazy("Short name"), text(60), aliases=("short",)),
            Field("code", gettext_lazy("Code"), text(60), aliases=("id", "organisation code")),
            Field("parent", gettext_lazy("Part of"), text(300), aliases=("parent", "parent organisation", "ministry")),
            Field(
                "unit",
                gettext_lazy("Unit"),
                text(300),
                aliases=("sub-organisation", "suborganization name", "department", "directorate"),
            ),
            Field("type", gettext_lazy("Kind and level"), _only_in_a_preset),
            Field(
                "kind",
                gettext_lazy("Kind"),
                one_of(listed(Organisation.Kind.choices), gettext_lazy("Unknown kind.")),
                aliases=("type",),
            ),
            Field(
                "government_level",
                gettext_lazy("Government level"),
                one_of(listed(Organisation.GovernmentLevel.choices), gettext_lazy("Unknown level.")),
                aliases=("level",),
            ),
            Field(
                "segment_id",
                gettext_lazy("User segment"),
                one_of(segments, gettext_lazy("Unknown user segment.")),
                aliases=("segment",),
            ),
            Field("country", gettext_lazy("Country"), country),
            Field("region", gettext_lazy("Region"), text(100), aliases=("state", "province", "region or state")),
            Field("town", gettext_lazy("Town"), text(100), aliases=("city", "place")),
            Field("website", gettext_lazy("Web address"), web_address, aliases=("website", "url", "domain name")),
            Field("phone", gettext_lazy("Telephone"), text(40), aliases=("phone", "tel")),
            Field(
                "emails",
                gettext_lazy("E-mail address"),
                addresses,
                merge=UNION,
                aliases=(
                    "email",
                    "e-mail",
                    "emails",
                    "mail",
                    "security contact email",
                    "e-mail address",
                    "email address",
                ),
            ),
            Field("acronyms", gettext_lazy("Acronyms"), _names, merge=UNION, aliases=("acronym",)),
            Field("former_names", gettext_lazy("Former names"), _names, merge=UNION, aliases=("former name",)),
            Field("other_names", gettext_lazy("Other names"), _names, merge=UNION, aliases=("other name",)),
            *(
                Field(name, Organisation._meta.get_field(name).verbose_name.capitalize(), yes_or_no, aliases=(name,))
                for name in FLAGS
            ),
            Field(
                "tier",
                gettext_lazy("Importance"),
                one_of(Organisation.Tier.choices, gettext_lazy("Unknown importance.")),
            ),
            Field("cadence_days", gettext_lazy("Contact every … days"), whole_number(1, 3650), aliases=("cadence",)),
            Field("note", gettext_lazy("Note"), lines),
        ]

    def refuse_options(self, mapped, options):
        if "unit" in mapped and options["rule"] not in {"name", "name_region"}:
            raise ValidationError(
                _("Units are found through the name of their organisation: match by name, or leave the unit out.")
            )
        if options["rule"] == "name_region" and "region" not in mapped:
            raise ValidationError(_("No column becomes the region. Match by name alone, or choose the column."))

    def entries(self, row, options):
        values = dict(row.values)
        if values.get("is_data_supplier") and "is_data_holder" not in values:
            values["is_data_holder"] = True
        unit = values.pop("unit", "")
        key = _key(values, options["rule"])
        if not unit:
            return [Entry(key, ORGANISATION, values)]
        body = {name: values[name] for name in OF_THE_BODY if name in values}
        own = {name: value for name, value in values.items() if name != "parent"} | {"name": unit}
        return [
            Entry(key, ORGANISATION, body),
            Entry(f"{key}{PART}u:{plain(unit)}", UNIT, own, parent=key),
        ]

    def describe(self, values):
        place = ", ".join(part for part in (values.get("town", ""), values.get("region", "")) if part)
        return values.get("name", ""), place

    # All records at once ---------------------------------------------------------------------------------------------

    def match(self, run):
        rule = run.rule.key
        join = {
            "email": "JOIN stakeholders_organisationemail e ON e.organisation_id = o.id",
            "code": "WHERE o.code <> ''",
        }.get(rule, "")
        statement = MATCHED.format(key=KNOWN_KEYS[rule], join=join, by_address=rule == "email")
        refusals = []
        for key, name, equals, target in run.execute(statement):
            if target is None:
                refusals.append((key, run.rule.needs[0], name or "", comparing.ambiguous(equals)))
        run.execute(MATCHED_UNITS)
        comparing.follow(run, TABLE)
        return refusals

    def settle(self, run):
        run.execute(TYPE_SETTLED)

    def verify(self, run):
        refusals = [*tree.resolve(run)]
        for key, code, holder, row in run.execute(CODE_TAKEN):
            if holder:
                reason = _("%(organisation)s has this code.") % {"organisation": holder}
            else:
                reason = _("Row %(row)s has this code, and is another organisation by the rule chosen.") % {"row": row}
            refusals.append((key, "code", code, reason))
        for (key,) in run.execute(NO_DATA_HOLDER):
            refusals.append((key, "is_data_holder", "", _("Who supplies data also holds data: enter yes.")))
        if run.rule.key == "email":
            refusals += comparing.shared_addresses(run)
        return refusals

    def compare(self, run):
        comparing.hold(run, TABLE)
        tree.place(run)
        comparing.changed(run, TABLE, COLUMNS, plain_sql)
        tree.compare(run)
        comparing.added(
            run,
            "emails",
            "SELECT 1 FROM stakeholders_organisationemail e "
            "WHERE e.organisation_id = c.target_id AND lower(e.address) = lower(m.value #>> '{}')",
        )
        for field, kind in NAMES.items():
            comparing.added(
                run,
                field,
                "SELECT 1 FROM stakeholders_organisationname n WHERE n.organisation_id = c.target_id "
                f"AND n.name = m.value #>> '{{}}' AND n.kind = '{kind.value}'",
            )
        if run.options.get(TOWNS) and "town" in run.columns:
            run.execute(SEVERAL_TOWNS)

    def write(self, run, *, actor):
        created = run.records.filter(verdict=Verdict.CREATE)
        run.draw_targets(bulk.draw_ids(Organisation, created.count()))
        tree.place(run)
        for number, chunk in run.chunks(created.order_by("first_row", "pk")):
            bulk.create_organisations([_draft(record, record.values) for record in chunk], actor=actor)
            if number.bit_count() == 1:
                bulk.refresh_statistics(Organisation, OrganisationEmail, OrganisationName)
        for _number, chunk in run.chunks(run.records.filter(verdict=Verdict.UPDATE).order_by("target_id")):
            news = [_draft(record, {key: after for key, (_b, after) in record.changes.items()}) for record in chunk]
            bulk.change_organisations(news, actor=actor)

    # Undoing ---------------------------------------------------------------------------------------------------------

    @property
    def model(self):
        return Organisation

    def put_back(self, model, news, *, actor):
        if model is Organisation:
            bulk.change_organisations(
                [bulk.OrganisationDraft(pk, columns) for pk, columns in news.items()], actor=actor
            )
        else:
            undoing.put_back_rows(model, news)

    def tidy(self, pks, *, actor):
        bulk.keep_main_addresses(OrganisationEmail, "organisation", pks, actor=actor)

    def url(self, label, pk):
        return reverse("stakeholders:organisation", args=[pk])

    def outcome(self, record):
        label = self.labels[record.label][0]
        kind = Organisation.Kind(record.values.get("kind", Organisation.Kind.OTHER)).label
        known = {"label": label, "kind": kind[:1].lower() + kind[1:]}
        number = len(record.values.get("emails", []))
        if not number:
            return _("New %(label)s, %(kind)s; no e-mail address") % known
        return ngettext(
            "New %(label)s, %(kind)s; one general address", "New %(label)s, %(kind)s; %(n)s general addresses", number
        ) % (known | {"n": number})


def _key(values, rule):
    """The key of the organisation a row is about; `KNOWN_KEYS` is the same for those that are here already."""
    if rule == "code":
        return plain(values["code"])
    if rule == "email":
        return values["emails"][0].lower()
    key = plain(values["name"])
    if rule == "name":
        return key
    level = values["type"][2] if "type" in values else values.get("government_level")
    return key + (f"{PART}national" if level == NATIONAL else f"{PART}r:{plain(values.get('region', ''))}")


def _draft(record, values):
    """What is to be written about a record. A parent that was placed since is in its values."""
    columns = {name: values[name] for name in COLUMNS if name in values}
    if "parent_id" in columns:
        columns["parent_id"] = record.values.get("parent_id")
    names = [(kind.value, name) for field, kind in NAMES.items() for name in values.get(field, [])]
    return bulk.OrganisationDraft(record.target_id, columns, values.get("emails", []), names)


_names = some_of(text(300))


def _only_in_a_preset(cell):
    raise Fault(_("Only a preset knows what these values mean. Choose “Kind” and “Government level” instead."))
