"""Statements that importers of the directory share: which known records are meant, and what is news about them."""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nso_contacts.imports.staging import RECORDS

MERGED, ARCHIVED = "merged", "archived"

FOLLOWED = """
    UPDATE {records} c SET target_id = t.merged_into_id, note = 'merged'
    FROM {table} t
    WHERE c.batch_id = %(batch)s AND t.id = c.target_id AND t.merged_into_id IS NOT NULL
    RETURNING 1
"""
LEFT = """
    UPDATE {records} c SET note = 'archived'
    FROM {table} t
    WHERE c.batch_id = %(batch)s AND t.id = c.target_id AND t.archived_at IS NOT NULL
"""
# Most known records say what the file says; only of the others each column is looked at. `keys` are columns that
# matched: another spelling of them is no news.
CHANGED = """
    WITH differing AS MATERIALIZED (
        SELECT c.id, to_jsonb(t) AS said, c.values FROM {records} c JOIN {table} t ON t.id = c.target_id
        WHERE c.batch_id = %(batch)s AND NOT to_jsonb(t) @> (c.values - %(lists)s::text[])
    )
    UPDATE {records} c SET changes = news.changes
    FROM (SELECT d.id, jsonb_object_agg(f.key, jsonb_build_array(d.said->f.key, f.value)) AS changes
        FROM differing d, jsonb_each(d.values) f
        WHERE f.key = ANY(%(columns)s) AND d.said->f.key IS DISTINCT FROM f.value
            AND NOT (f.key = ANY(%(keys)s) AND {said} = {new})
        GROUP BY d.id) news
    WHERE c.id = news.id
"""
ADDED = """
    UPDATE {records} c
    SET changes = c.changes || jsonb_build_object(%(field)s, jsonb_build_array('[]'::jsonb, news.added))
    FROM (SELECT c.id, jsonb_agg(m.value ORDER BY m.place) AS added
        FROM {records} c, jsonb_array_elements(c.values->%(field)s) WITH ORDINALITY AS m(value, place)
        WHERE c.batch_id = %(batch)s AND c.target_id IS NOT NULL AND jsonb_typeof(c.values->%(field)s) = 'array'
            AND NOT EXISTS ({known})
        GROUP BY c.id) news
    WHERE c.id = news.id
"""
SHARED_ADDRESS = f"""
    SELECT c.key, other.first_row
    FROM {RECORDS} c JOIN (
        SELECT o.key, o.first_row, lower(a.value) AS address
        FROM {RECORDS} o, jsonb_array_elements_text(o.values->'emails') a WHERE o.batch_id = %(batch)s
    ) other ON other.address = c.key AND other.key <> c.key
    WHERE c.batch_id = %(batch)s
    ORDER BY c.first_row, other.first_row
"""


def follow(run, table):
    """Let records that were merged into another stand for it, and leave archived ones as they are."""
    while run.execute(FOLLOWED.format(records=RECORDS, table=table)):
        pass
    run.execute(LEFT.format(records=RECORDS, table=table))


def hold(run, table):
    """Keep known records as they are until the transaction ends, always in the same order."""
    if run.locking:
        run.execute(
            f"""SELECT id FROM {table} WHERE id IN (SELECT target_id FROM {RECORDS} WHERE batch_id = %(batch)s)
            ORDER BY id FOR NO KEY UPDATE"""
        )


def changed(run, table, columns, plain_sql):
    """Note which columns of known records the file says otherwise."""
    run.execute(
        CHANGED.format(
            records=RECORDS, table=table, said=plain_sql("d.said->>f.key"), new=plain_sql("f.value #>> '{}'")
        ),
        columns=list(columns),
        lists=[*(set(run.fields) - set(columns)), *run.importer.lists],
        keys=list(run.rule.needs),
    )


def added(run, field, known, **named):
    """Note which members of a list known records do not have yet; `known` selects those they have."""
    run.execute(ADDED.format(records=RECORDS, known=known), field=field, **named)


def shared_addresses(run):
    """Refuse a row whose deciding address stands elsewhere in the file as a further one: it may be either."""
    refusals = []
    for key, row in run.execute(SHARED_ADDRESS):
        reason = _(
            "Row %(row)s has this as a further address. Let both rows begin with the same address, or match by "
            "something else."
        ) % {"row": row}
        refusals.append((key, "emails", key, reason))
    return refusals


def ambiguous(number):
    """Say that several known records fit."""
    return ngettext(
        "%(n)s record here fits. Write its code, or match by something else.",
        "%(n)s records here fit. Write the code of one of them, or match by something else.",
        number,
    ) % {"n": number}
