"""The tree of an organisation file: whose part a row is, by name or code, in the file itself or already here."""
# ruff: noqa: S608 (what is put into statements are our own tables and columns)

from django.utils.translation import gettext as _

from nso_contacts.imports.importers import did_you_mean
from nso_contacts.imports.keys import plain_sql
from nso_contacts.imports.staging import RECORDS

TABLE = "stakeholders_organisation"

# Whom each parent cell may mean, and the rows of one record may say it differently: a code comes before a name, and
# rows of the file stand for the records they are.
MEANT = f"""
    WITH child AS (
        SELECT c.id, c.key, {plain_sql("e.v->>'parent'")} AS wanted, min(e.v->>'parent') AS said
        FROM {RECORDS} c JOIN import_entry e ON e.key = c.key AND e.v ? 'parent'
        WHERE c.batch_id = %(batch)s AND c.label = 'organisation' AND c.values ? 'parent' GROUP BY 1, 2, 3
    ), meant AS (
        SELECT child.id, child.wanted, p.key AS parent_key, p.target_id AS parent_id,
            CASE WHEN {plain_sql("p.values->>'code'")} = child.wanted THEN 1 ELSE 2 END AS rank
        FROM child JOIN {RECORDS} p ON p.batch_id = %(batch)s AND p.label = 'organisation'
            AND child.wanted IN ({plain_sql("p.values->>'code'")}, {plain_sql("p.values->>'name'")})
        UNION ALL
        SELECT child.id, child.wanted, '', o.id, CASE WHEN {plain_sql("o.code")} = child.wanted THEN 1 ELSE 2 END
        FROM child JOIN {TABLE} o ON child.wanted IN ({plain_sql("o.name")}, {plain_sql("nullif(o.code, '')")})
        WHERE o.archived_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM {RECORDS} t WHERE t.batch_id = %(batch)s AND t.target_id = o.id)
    ), best AS (
        SELECT DISTINCT ON (id, wanted) id, wanted, parent_key, parent_id,
            count(*) OVER (PARTITION BY id, wanted, rank) AS equals
        FROM meant ORDER BY id, wanted, rank
    )
    SELECT child.id, child.key, child.said, best.parent_key, best.parent_id, coalesce(best.equals, 0)
    FROM child LEFT JOIN best ON best.id = child.id AND best.wanted = child.wanted
    ORDER BY child.id, child.said
"""
PARENTS = f"""
    UPDATE {RECORDS} c SET parent_key = found.parent_key,
        values = CASE WHEN found.parent_id IS NULL THEN c.values
            ELSE c.values || jsonb_build_object('parent_id', found.parent_id) END
    FROM unnest(%(ids)s::bigint[], %(keys)s::text[], %(parents)s::bigint[]) AS found(id, parent_key, parent_id)
    WHERE c.id = found.id
"""
# From every record whose place the file names, upwards: through the file where it says so, else through what is here.
CIRCLES = f"""
    WITH RECURSIVE place(node, above) AS (
        SELECT coalesce('i' || c.target_id, 'k' || c.key),
            coalesce('i' || coalesce(p.target_id, (c.values->>'parent_id')::bigint), 'k' || p.key)
        FROM {RECORDS} c LEFT JOIN {RECORDS} p
            ON p.batch_id = c.batch_id AND c.parent_key <> '' AND p.key = c.parent_key
        WHERE c.batch_id = %(batch)s AND c.label = 'organisation' AND (p.id IS NOT NULL OR c.values ? 'parent_id')
        UNION ALL
        SELECT 'i' || o.id, 'i' || o.parent_id FROM {TABLE} o
        WHERE o.parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM {RECORDS} c WHERE c.batch_id = %(batch)s AND c.target_id = o.id AND c.label = 'organisation'
                AND (c.parent_key <> '' OR c.values ? 'parent_id'))
    ), up(start, node) AS (
        SELECT coalesce('i' || c.target_id, 'k' || c.key), place.above
        FROM {RECORDS} c JOIN place ON place.node = coalesce('i' || c.target_id, 'k' || c.key)
        WHERE c.batch_id = %(batch)s AND c.values ? 'parent'
        UNION
        SELECT up.start, place.above FROM up JOIN place ON place.node = up.node
    )
    SELECT c.key, c.values->>'parent' FROM {RECORDS} c
    JOIN up ON up.start = coalesce('i' || c.target_id, 'k' || c.key) AND up.node = up.start
    WHERE c.batch_id = %(batch)s AND c.values ? 'parent'
"""
PLACED = f"""
    UPDATE {RECORDS} c SET values = c.values || jsonb_build_object('parent_id', p.target_id)
    FROM {RECORDS} p
    WHERE c.batch_id = %(batch)s AND p.batch_id = %(batch)s AND c.parent_key <> '' AND p.key = c.parent_key
        AND p.target_id IS NOT NULL AND (c.values->>'parent_id')::bigint IS DISTINCT FROM p.target_id
"""
# A known organisation that becomes part of one that is only now created.
MOVED_UNDER_NEW = f"""
    UPDATE {RECORDS} c SET changes = c.changes || jsonb_build_object('parent_id', jsonb_build_array(o.parent_id, NULL))
    FROM {RECORDS} p, {TABLE} o
    WHERE c.batch_id = %(batch)s AND p.batch_id = %(batch)s AND c.parent_key <> '' AND p.key = c.parent_key
        AND c.label = 'organisation' AND c.target_id = o.id AND p.target_id IS NULL
"""


def resolve(run):
    """Find the parents that cells name; refuse those that cannot be found or would make a circle."""
    if "parent" not in run.columns:
        return []
    refusals = []
    found = {}
    for pk, key, wanted, parent_key, parent_id, equals in run.execute(MEANT):
        first = found.setdefault(pk, (wanted, parent_key, parent_id)) if equals == 1 else None
        if first is not None and first[1:] != (parent_key, parent_id):
            reason = _("Another row of this organisation names “%(parent)s”.") % {"parent": first[0]}
            refusals.append((key, "parent", wanted, reason))
        elif equals == 1:
            continue
        elif equals:
            reason = _("%(n)s organisations are called this. Write the code of the one you mean.") % {"n": equals}
            refusals.append((key, "parent", wanted, reason))
        else:
            refusals.append((key, "parent", wanted, unknown_organisation(run, wanted)))
    if found:
        _said, keys, parents = (list(column) for column in zip(*found.values(), strict=True))
        run.execute(PARENTS, ids=list(found), keys=keys, parents=parents)
        for key, wanted in run.execute(CIRCLES):
            refusals.append((key, "parent", wanted, _("It would become part of itself.")))
    return refusals


def place(run):
    """Write the ids of parents that are records of the file, as far as they have ids by now."""
    run.execute(PLACED)


def compare(run):
    """Note which known organisations move under one that the file creates."""
    run.execute(MOVED_UNDER_NEW)


def unknown_organisation(run, wanted):
    """Say that no organisation is called so, and which one may be meant."""
    near = run.execute(
        f"SELECT name FROM {TABLE} WHERE archived_at IS NULL AND name %% %(wanted)s "
        "ORDER BY similarity(name, %(wanted)s) DESC, id LIMIT 1",
        wanted=wanted,
    )
    suggestion = did_you_mean(near[0][0], [near[0][0]]) if near else ""
    return f"{_('No organisation has this name or code.')} {suggestion}".strip()
