"""Database triggers of the directory: derived search text, no circle in the tree, focal points that belong."""

import pgtrigger

# `search_text` is lower case and unaccented: all names, acronyms, addresses and the code of a record in one column
# with a trigram index. It is computed by a function that both the record's own trigger and its children's call.
_ORGANISATION_TEXT = """
    NEW.search_text := lower(immutable_unaccent(concat_ws(' ', NEW.name, NEW.short_name, NEW.code,
        (SELECT string_agg(n.name, ' ' ORDER BY n.id) FROM stakeholders_organisationname n
            WHERE n.organisation_id = NEW.id),
        (SELECT string_agg(e.address, ' ' ORDER BY e.id) FROM stakeholders_organisationemail e
            WHERE e.organisation_id = NEW.id))));
    RETURN NEW;
"""
ORGANISATION_SEARCH = pgtrigger.Trigger(
    name="search_text",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=_ORGANISATION_TEXT,
)

_PERSON_TEXT = """
    NEW.search_text := lower(immutable_unaccent(concat_ws(' ', NEW.name, NEW.native_name, NEW.code,
        (SELECT string_agg(e.address, ' ' ORDER BY e.id) FROM stakeholders_personemail e
            WHERE e.person_id = NEW.id),
        (SELECT string_agg(concat_ws(' ', p.title, o.name, o.short_name), ' ' ORDER BY p.id)
            FROM stakeholders_post p JOIN stakeholders_organisation o ON o.id = p.organisation_id
            WHERE p.person_id = NEW.id AND p.valid_to IS NULL))));
    IF NEW.sort_name = '' THEN
        NEW.sort_name := regexp_replace(NEW.name, '^(.*)\\s(\\S+)$', '\\2, \\1');
    END IF;
    RETURN NEW;
"""
PERSON_SEARCH = pgtrigger.Trigger(
    name="search_text",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=_PERSON_TEXT,
)

INTERACTION_SEARCH = pgtrigger.Trigger(
    name="search_text",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        NEW.search_text := lower(immutable_unaccent(concat_ws(' ', NEW.subject, NEW.summary, NEW.outcome)));
        RETURN NEW;
    """,
)


def _touch_parent(table, column):
    """A trigger that lets the parent's own trigger compute its search text again when a child row changes.

    The parent's revision does not count: an address is its own row. `pgtrigger` ignores nothing here, the parent's
    UPDATE simply writes the same column again.
    """
    return pgtrigger.Trigger(
        name="parent_search_text",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP <> 'INSERT' THEN
                UPDATE {table} SET search_text = '' WHERE id = OLD.{column};
            END IF;
            IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.{column} <> OLD.{column}) THEN
                UPDATE {table} SET search_text = '' WHERE id = NEW.{column};
            END IF;
            RETURN NULL;
        """,
    )


ORGANISATION_CHILD_SEARCH = _touch_parent("stakeholders_organisation", "organisation_id")
PERSON_CHILD_SEARCH = _touch_parent("stakeholders_person", "person_id")

NO_CIRCLE = pgtrigger.Trigger(
    name="no_circle",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent"),
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(new__parent__isnull=False),
    func="""
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT NEW.parent_id
                UNION SELECT o.parent_id FROM stakeholders_organisation o JOIN above ON o.id = above.id
                    WHERE o.parent_id IS NOT NULL
            ) SELECT 1 FROM above WHERE id = NEW.id
        ) THEN
            RAISE EXCEPTION 'organisation % would be part of itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'organisation_no_circle';
        END IF;
        RETURN NULL;
    """,
)

FOCAL_POINT_BELONGS = pgtrigger.Trigger(
    name="focal_point_belongs",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    timing=pgtrigger.Deferred,
    func="""
        IF NOT EXISTS (
            WITH RECURSIVE below(id) AS (
                SELECT NEW.organisation_id
                UNION SELECT o.id FROM stakeholders_organisation o JOIN below ON o.parent_id = below.id
            )
            SELECT 1 FROM stakeholders_post p JOIN below ON below.id = p.organisation_id
            WHERE p.person_id = NEW.person_id
                AND daterange(p.valid_from, p.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')
        ) THEN
            RAISE EXCEPTION 'focal point % holds no post there', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'focalpoint_belongs_to_organisation';
        END IF;
        RETURN NULL;
    """,
)
