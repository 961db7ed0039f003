"""People from a file: who they are, where they work and as what, how they are reached, what they know about."""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nso_contacts.imports import undoing
from nso_contacts.imports.importers import (
    UNION,
    Entry,
    Field,
    Importer,
    MatchRule,
    addresses,
    did_you_mean,
    lines,
    listed,
    one_of,
    some_of,
    text,
    whole_number,
    yes_or_no,
)
from nso_contacts.imports.keys import PART, plain, plain_sql
from nso_contacts.imports.models import Verdict
from nso_contacts.imports.staging import RECORDS
from nso_contacts.office import clock

from ..actions import bulk
from ..models import ContactRole, Person, PersonDomain, PersonEmail, Post, StatisticalDomain
from ..posts import standing_on
from . import comparing

TABLE = "stakeholders_person"
PERSON = "person"
NAMES = "names"
COLUMNS = (
    "name",
    "code",
    "honorific",
    "native_name",
    "native_language",
    "phone",
    "mobile",
    "language",
    "is_key_user",
    "cadence_days",
    "note",
)

# A person is where the organisations lie for which they work today; without any, in no region.
IN_REGION = f"{PART}r:"
REGION = plain_sql("coalesce(g.region, '')")
CURRENT = "(p.valid_from IS NULL OR p.valid_from <= %(today)s) AND (p.valid_to IS NULL OR p.valid_to >= %(today)s)"
KNOWN = {
    "code": f"SELECT o.id, {plain_sql('o.code')} AS key, o.name, o.archived_at FROM {TABLE} o WHERE o.code <> ''",
    "email": (
        f"SELECT o.id, lower(e.address) AS key, o.name, o.archived_at FROM {TABLE} o "
        "JOIN stakeholders_personemail e ON e.person_id = o.id"
    ),
    "name_organisation": (
        f"SELECT DISTINCT o.id, {plain_sql('o.name')} || '{PART}' || p.organisation_id AS key, o.name, o.archived_at "
        f"FROM {TABLE} o JOIN stakeholders_post p ON p.person_id = o.id WHERE {CURRENT}"
    ),
    "name_region": (
        f"SELECT DISTINCT o.id, {plain_sql('o.name')} || '{IN_REGION}' || {REGION} AS key, o.name, o.archived_at "
        f"FROM {TABLE} o LEFT JOIN stakeholders_post p ON p.person_id = o.id AND {CURRENT} "
        "LEFT JOIN stakeholders_organisation g ON g.id = p.organisation_id"
    ),
}
# Several people may share an address: then the name decides among them.
MATCHED = f"""
    WITH known AS MATERIALIZED ({{known}}), candidate AS (
        SELECT c.id AS record, k.id, CASE
            WHEN k.archived_at IS NOT NULL THEN 3
            WHEN {plain_sql("k.name")} = {plain_sql("c.values->>'name'")} THEN 1
            ELSE 2 END AS rank
        FROM {RECORDS} c JOIN known k ON k.key = c.key WHERE c.batch_id = %(batch)s
    ), best AS (
        SELECT DISTINCT ON (record) record, id, rank, count(*) OVER (PARTITION BY record, rank) AS equals
        FROM candidate ORDER BY record, rank, id DESC
    )
    UPDATE {RECORDS} c SET target_id = CASE WHEN best.equals = 1 OR best.rank = 3 THEN best.id END
    FROM best WHERE c.id = best.record
    RETURNING c.key, c.values->>'name', c.values #>> '{{{{emails,0}}}}', best.equals, c.target_id
"""
CODE_TAKEN = f"""
    SELECT c.key, c.values->>'code', coalesce(o.name, ''), min(other.first_row)
    FROM {RECORDS} c
        LEFT JOIN {TABLE} o ON lower(o.code) = lower(c.values->>'code') AND o.code <> ''
            AND o.id IS DISTINCT FROM c.target_id
        LEFT JOIN {RECORDS} other ON other.batch_id = c.batch_id AND other.key <> c.key
            AND lower(other.values->>'code') = lower(c.values->>'code') AND other.first_row < c.first_row
    WHERE c.batch_id = %(batch)s AND c.values ? 'code' AND (o.id IS NOT NULL OR other.id IS NOT NULL)
    GROUP BY c.key, c.values->>'code', o.name
"""
# Members of a list of words that somebody does not have yet are news; those they have besides stay.
ROLES = f"""
    UPDATE {RECORDS} c SET changes = c.changes || jsonb_build_object(
        'roles', jsonb_build_array(to_jsonb(o.roles), to_jsonb(o.roles) || news.added))
    FROM {TABLE} o, LATERAL (
        SELECT jsonb_agg(m.value ORDER BY m.place) AS added
        FROM {RECORDS} own, jsonb_array_elements(own.values->'roles') WITH ORDINALITY AS m(value, place)
        WHERE own.batch_id = %(batch)s AND own.target_id = o.id AND NOT to_jsonb(o.roles) @> m.value) news
    WHERE c.batch_id = %(batch)s AND c.target_id = o.id AND c.values ? 'roles' AND news.added IS NOT NULL
"""
# A post held today in that organisation is the same post; only another title is news.
POSTS = f"""
    SELECT 1 FROM stakeholders_post p WHERE p.person_id = c.target_id
        AND p.organisation_id = (m.value->>'id')::bigint
        AND (NOT m.value ? 'title' OR p.title = m.value->>'title') AND {CURRENT}
"""
SEVERAL_NAMES = f"""
    UPDATE {RECORDS} c SET look = 'names'
    FROM (SELECT key FROM import_entry GROUP BY key HAVING count(DISTINCT {plain_sql("v->>'name'")}) > 1) several
    WHERE c.batch_id = %(batch)s AND c.key = several.key
"""
# Somebody new who would not be found again by the region that the file says.
ELSEWHERE = f"""
    SELECT c.key, c.values->>'name' FROM {RECORDS} c
    WHERE c.batch_id = %(batch)s AND c.target_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM (SELECT 1) AS one
            LEFT JOIN LATERAL jsonb_array_elements(c.values->'posts') AS post ON true
            LEFT JOIN stakeholders_organisation g ON g.id = (post->>'id')::bigint
        WHERE c.key = {plain_sql("c.values->>'name'")} || '{IN_REGION}' || {REGION})
"""
# Which organisations the cells of some thousand rows mean: a code comes before a name, a name before another name; of
# several with that name, those in the region that the row says.
ORGANISATIONS = f"""
    WITH wanted AS (SELECT * FROM unnest(%(texts)s::text[], %(regions)s::text[]) AS w(text, region)), meant AS (
        SELECT w.text, w.region, o.id, 1 AS rank FROM wanted w JOIN stakeholders_organisation o
            ON {plain_sql("o.code")} = w.text AND o.code <> '' AND o.archived_at IS NULL
        UNION ALL
        SELECT w.text, w.region, o.id, 2 FROM wanted w JOIN stakeholders_organisation o
            ON {plain_sql("o.name")} = w.text AND o.archived_at IS NULL
        UNION ALL
        SELECT w.text, w.region, o.id, 3 FROM wanted w JOIN stakeholders_organisation o
            ON {plain_sql("o.short_name")} = w.text AND o.archived_at IS NULL
        UNION ALL
        SELECT w.text, w.region, o.id, 3 FROM wanted w
            JOIN stakeholders_organisationname n ON {plain_sql("n.name")} = w.text
            JOIN stakeholders_organisation o ON o.id = n.organisation_id AND o.archived_at IS NULL
    ), ranked AS (
        SELECT m.text, m.region, m.id, rank() OVER (
            PARTITION BY m.text, m.region ORDER BY m.rank, m.region <> '' AND {plain_sql("o.region")} = m.region DESC
        ) AS place
        FROM meant m JOIN stakeholders_organisation o ON o.id = m.id)
    SELECT text, region, min(id), count(DISTINCT id) FROM ranked WHERE place = 1 GROUP BY text, region
"""
NEAR = """
    SELECT w.text, (SELECT name FROM stakeholders_organisation o WHERE o.archived_at IS NULL AND o.name %% w.text
        ORDER BY similarity(o.name, w.text) DESC, o.id LIMIT 1)
    FROM unnest(%(texts)s::text[]) AS w(text)
"""
MOST_SUGGESTIONS = 20


class PersonImporter(Importer):
    """People, one row each, or several for somebody with several posts."""

    key = "people"
    title = gettext_lazy("People")
    capability = "change_directory"
    labels = {PERSON: (gettext_lazy("person"), gettext_lazy("People"))}
    rules = (
        MatchRule("email", gettext_lazy("Same e-mail address"), ("emails",)),
        MatchRule("name_organisation", gettext_lazy("Same name and organisation"), ("name", "organisation")),
        MatchRule("code", gettext_lazy("Same code"), ("code",)),
        MatchRule("name_region", gettext_lazy("Same name, and region of their organisation"), ("name", "region")),
    )
    looks = {
        NAMES: (
            gettext_lazy("One address, several names"),
            lambda n: _("%(n)s people stand in the file under several names") % {"n": n},
            gettext_lazy("Each was kept as one person, under the last name."),
        )
    }
    lists = ("posts",)

    def fields(self):
        domains = StatisticalDomain.objects.current()
        known = [(one.pk, (one, one.code, one.title, one.local_code)) for one in domains]
        domain = one_of(known, gettext_lazy("Unknown statistical domain."))
        role = one_of(listed(ContactRole.choices), gettext_lazy("Unknown contact role."))
        language = one_of(listed(settings.LANGUAGES), gettext_lazy("Not a language of this office."))
        return [
            Field("name", gettext_lazy("Name"), text(200), required=True, aliases=("full name", "person")),
            Field(
                "organisation",
                gettext_lazy("Organisation"),
                text(300),
                aliases=("organization", "ministry", "employer"),
            ),
            Field(
                "region",
                gettext_lazy("Region of the organisation"),
                text(100),
                aliases=("region", "state", "province", "region or state"),
            ),
            Field("title", gettext_lazy("Title of the post"), text(200), aliases=("title", "position", "job title")),
            Field(
                "emails",
                gettext_lazy("E-mail address"),
                addresses,
                merge=UNION,
                aliases=("email", "e-mail", "emails", "mail"),
            ),
            Field("phone", gettext_lazy("Telephone"), text(40), aliases=("phone", "tel")),
            Field("mobile", gettext_lazy("Mobile"), text(40), aliases=("cell", "mobile phone")),
            Field("language", gettext_lazy("Language"), language),
            Field("domains", gettext_lazy("Statistical domains"), some_of(domain), merge=UNION, aliases=("domain",)),
            Field("roles", gettext_lazy("Contact roles"), some_of(role), merge=UNION, aliases=("role",)),
            Field("code", gettext_lazy("Code"), text(60), aliases=("id", "person code")),
            Field("honorific", gettext_lazy("Form of address"), text(40), aliases=("salutation", "mr/ms")),
            Field("native_name", gettext_lazy("Name in their own script"), text(200)),
            Field("native_language", gettext_lazy("Language of that script"), text(12)),
            Field("is_key_user", gettext_lazy("Key user"), yes_or_no),
            Field("cadence_days", gettext_lazy("Contact every … days"), whole_number(1, 3650), aliases=("cadence",)),
            Field("note", gettext_lazy("Note"), lines),
        ]

    def refuse_options(self, mapped, options):
        if "title" in mapped and "organisation" not in mapped:
            raise ValidationError(_("A title belongs to an organisation. Choose the column that names it."))

    def look_up(self, rows, columns):
        wanted = {_sought(row): row.values["organisation"] for row in rows if _names_one(row)}
        if not wanted:
            return
        with connection.cursor() as cursor:
            texts, regions = zip(*wanted, strict=True)
            cursor.execute(ORGANISATIONS, {"texts": list(texts), "regions": list(regions)})
            found = {(words, region): (pk, number) for words, region, pk, number in cursor.fetchall()}
            unknown = [sought for sought in wanted if sought not in found][:MOST_SUGGESTIONS]
            cursor.execute(NEAR, {"texts": [wanted[sought] for sought in unknown]})
            near = {plain(words): name for words, name in cursor.fetchall() if name}
        for row in rows:
            if not _names_one(row):
                continue
            cell = row.values["organisation"]
            pk, number = found.get(_sought(row), (None, 0))
            if number == 1:
                row.values["organisation_id"] = pk
            else:
                row.faults.append((columns["organisation"], cell, _not_one(number, near.get(plain(cell), ""))))

    def entries(self, row, options):
        values = {name: value for name, value in row.values.items() if name not in {"organisation", "region", "title"}}
        place = values.pop("organisation_id", None)
        if place is not None:
            title = row.values.get("title")
            values["posts"] = [{"id": place, "title": title} if title else {"id": place}]
        return [Entry(_key(row.values, place, options["rule"]), PERSON, values)]

    def describe(self, values):
        return values.get("name", ""), ", ".join(values[key] for key in ("title", "organisation") if key in values)

    # All records at once ---------------------------------------------------------------------------------------------

    def match(self, run):
        refusals = []
        statement = MATCHED.format(known=KNOWN[run.rule.key])
        for key, name, email, equals, target in run.execute(statement, today=clock.today()):
            if target is None:
                said = email if run.rule.key == "email" else name
                refusals.append((key, run.rule.needs[0], said or "", comparing.ambiguous(equals)))
        comparing.follow(run, TABLE)
        return refusals

    def verify(self, run):
        refusals = []
        for key, code, holder, row in run.execute(CODE_TAKEN):
            if holder:
                reason = _("%(person)s has this code.") % {"person": holder}
            else:
                reason = _("Row %(row)s has this code, and is somebody else by the rule chosen.") % {"row": row}
            refusals.append((key, "code", code, reason))
        if run.rule.key == "email":
            refusals += comparing.shared_addresses(run)
        if run.rule.key == "name_region":
            reason = _("Nobody here fits. Somebody new needs an organisation of that region.")
            refusals += [(key, "name", name, reason) for key, name in run.execute(ELSEWHERE)]
        return refusals

    def compare(self, run):
        comparing.hold(run, TABLE)
        comparing.changed(run, TABLE, COLUMNS, plain_sql)
        run.execute(ROLES)
        comparing.added(
            run,
            "emails",
            "SELECT 1 FROM stakeholders_personemail e "
            "WHERE e.person_id = c.target_id AND lower(e.address) = lower(m.value #>> '{}')",
        )
        comparing.added(
            run,
            "domains",
            "SELECT 1 FROM stakeholders_persondomain d "
            "WHERE d.person_id = c.target_id AND d.domain_id = (m.value #>> '{}')::bigint",
        )
        comparing.added(run, "posts", POSTS, today=clock.today())
        if run.rule.key == "email":
            run.execute(SEVERAL_NAMES)

    def write(self, run, *, actor):
        created = run.records.filter(verdict=Verdict.CREATE)
        run.draw_targets(bulk.draw_ids(Person, created.count()))
        for number, chunk in run.chunks(created.order_by("first_row", "pk")):
            bulk.create_people([_draft(record, record.values) for record in chunk], actor=actor)
            if number.bit_count() == 1:
                bulk.refresh_statistics(Person, PersonEmail, PersonDomain, Post)
        for _number, chunk in run.chunks(run.records.filter(verdict=Verdict.UPDATE).order_by("target_id")):
            news = [_draft(record, {key: after for key, (_b, after) in record.changes.items()}) for record in chunk]
            bulk.change_people(news, actor=actor)

    # Undoing ---------------------------------------------------------------------------------------------------------

    @property
    def model(self):
        return Person

    def in_use(self, model, pks):
        return standing_on(pks) if model is Post else {}

    def put_back(self, model, news, *, actor):
        if model is Person:
            bulk.change_people([bulk.PersonDraft(pk, columns) for pk, columns in news.items()], actor=actor)
        else:
            undoing.put_back_rows(model, news)

    def tidy(self, pks, *, actor):
        bulk.keep_main_addresses(PersonEmail, "person", pks, actor=actor)

    def url(self, label, pk):
        return reverse("stakeholders:person", args=[pk])

    def outcome(self, record):
        if not record.values.get("posts"):
            return _("New person, without a post")
        number = len(record.values.get("emails", []))
        if not number:
            return _("New person, with a post; no e-mail address")
        return ngettext(
            "New person, with a post and one e-mail address",
            "New person, with a post and %(n)s e-mail addresses",
            number,
        ) % {"n": number}


def _names_one(row):
    return not row.faults and "organisation" in row.values


def _sought(row):
    """What the cells of a row say about an organisation."""
    return plain(row.values["organisation"]), plain(row.values.get("region", ""))


def _not_one(number, near):
    if number:
        return _("%(n)s organisations are called this. Write the code of the one you mean, or its region.") % {
            "n": number
        }
    suggestion = did_you_mean(near, [near]) if near else ""
    return f"{_('No organisation has this name or code.')} {suggestion}".strip()


def _key(values, place, rule):
    """The key of the person a row is about; `KNOWN` is the same for those that are here already."""
    if rule == "code":
        return plain(values["code"])
    if rule == "email":
        return values["emails"][0].lower()
    if rule == "name_region":
        return f"{plain(values['name'])}{IN_REGION}{plain(values.get('region', ''))}"
    return f"{plain(values['name'])}{PART}{place}"


def _draft(record, values):
    columns = {name: values[name] for name in (*COLUMNS, "roles") if name in values}
    posts = [(post["id"], post.get("title", "")) for post in values.get("posts", [])]
    return bulk.PersonDraft(record.target_id, columns, values.get("emails", []), values.get("domains", []), posts)
