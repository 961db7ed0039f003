"""Database triggers of the directory: derived search text, no circle in the tree, focal points that belong.

Two SQL functions of the first migration serve them: `organisations_below(id)`, an organisation and its units, and
`focal_point_gap(id)`, the days on which a focal point is valid while its person holds no post there.
"""

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

# A sort name that was never typed follows the name: "Amina Haddad" is sorted as "Haddad, Amina".
_PERSON_TEXT = r"""
    NEW.search_text := lower(immutable_unaccent(concat_ws(' ', NEW.name, NEW.native_name, NEW.code,
        (SELECT string_agg(n.name, ' ' ORDER BY n.id) FROM stakeholders_personname n
            WHERE n.person_id = NEW.id),
        (SELECT string_agg(e.address, ' ' ORDER BY e.id) FROM stakeholders_personemail e
            WHERE e.person_id = NEW.id),
        (SELECT string_agg(concat_ws(' ', p.title, o.name, o.short_name), ' ' ORDER BY p.id)
            FROM stakeholders_post p JOIN stakeholders_organisation o ON o.id = p.organisation_id
            WHERE p.person_id = NEW.id AND (p.valid_to IS NULL OR p.valid_to >= CURRENT_DATE)))));
    IF NEW.sort_name = '' OR (TG_OP = 'UPDATE' AND NEW.name <> OLD.name AND NEW.sort_name = OLD.sort_name
            AND OLD.sort_name = regexp_replace(OLD.name, '^(.*)\s(\S+)$', '\2, \1')) THEN
        NEW.sort_name := regexp_replace(NEW.name, '^(.*)\s(\S+)$', '\2, \1');
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

    Neither the parent's revision nor its history takes notice: an address is its own row.
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
        """,  # noqa: S608 (both names are written below)
    )


ORGANISATION_CHILD_SEARCH = _touch_parent("stakeholders_organisation", "organisation_id")
PERSON_CHILD_SEARCH = _touch_parent("stakeholders_person", "person_id")

# People are found by the name of their organisation: when it changes, their search text is computed again.
ORGANISATION_RENAMED = pgtrigger.Trigger(
    name="people_search_text",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("name", "short_name"),
    condition=pgtrigger.AnyChange("name", "short_name"),
    func="""
        UPDATE stakeholders_person SET search_text = ''
            WHERE id IN (SELECT person_id FROM stakeholders_post WHERE organisation_id = NEW.id);
        RETURN NULL;
    """,
)

# The lock makes two people who hang A under B and B under A at the same moment wait for each other.
NO_CIRCLE = pgtrigger.Trigger(
    name="no_circle",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id"),
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(new__parent__isnull=False),
    func="""
        PERFORM pg_advisory_xact_lock(hashtext('stakeholders_organisation.parent'));
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT parent_id FROM stakeholders_organisation WHERE id = NEW.id
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

# A focal point's person belongs to the organisation or a unit under it on every day of its validity (a start that is
# not known is not asked about). Shortening or ending a focal point is always possible.
FOCAL_POINT_BELONGS = pgtrigger.Trigger(
    name="focal_point_belongs",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    timing=pgtrigger.Deferred,
    declare=[("gap", "datemultirange")],
    func="""
        gap := focal_point_gap(NEW.id);
        IF TG_OP = 'UPDATE' THEN
            IF NEW.person_id = OLD.person_id AND NEW.organisation_id = OLD.organisation_id THEN
                gap := gap - datemultirange(daterange(OLD.valid_from, OLD.valid_to, '[]'));
            END IF;
        END IF;
        IF NOT isempty(gap) THEN
            RAISE EXCEPTION 'focal point % holds no post there', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'focalpoint_belongs_to_organisation';
        END IF;
        RETURN NULL;
    """,
)

# The other side of the same rule: a post cannot be ended, moved or removed under a focal point that needs it.
POST_HOLDS_FOCAL_POINTS = pgtrigger.Trigger(
    name="post_holds_focal_points",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("person_id", "organisation_id", "valid_from", "valid_to") | pgtrigger.Delete,
    timing=pgtrigger.Deferred,
    func="""
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT OLD.organisation_id
                UNION SELECT o.parent_id FROM stakeholders_organisation o JOIN above ON o.id = above.id
                    WHERE o.parent_id IS NOT NULL
            )
            SELECT 1 FROM stakeholders_focalpoint f JOIN above ON above.id = f.organisation_id
            WHERE f.person_id = OLD.person_id
                AND focal_point_gap(f.id) && daterange(OLD.valid_from, OLD.valid_to, '[]')
        ) THEN
            RAISE EXCEPTION 'post % is needed by a focal point', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'focalpoint_belongs_to_organisation';
        END IF;
        RETURN NULL;
    """,
)

# And a unit cannot move to another ministry while its people are focal points of the one it leaves. The past stays
# as it was, and "from tomorrow" is counted generously because the office's date may be a day ahead of the server's.
UNIT_HOLDS_FOCAL_POINTS = pgtrigger.Trigger(
    name="unit_holds_focal_points",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("parent_id"),
    timing=pgtrigger.Deferred,
    condition=pgtrigger.AnyChange("parent"),
    func="""
        IF EXISTS (
            WITH RECURSIVE above(id) AS (
                SELECT OLD.parent_id
                UNION SELECT o.parent_id FROM stakeholders_organisation o JOIN above ON o.id = above.id
                    WHERE o.parent_id IS NOT NULL
            )
            SELECT 1 FROM stakeholders_focalpoint f JOIN above ON above.id = f.organisation_id
            WHERE (f.valid_to IS NULL OR f.valid_to > CURRENT_DATE + 1)
                AND f.person_id IN (SELECT p.person_id FROM stakeholders_post p
                    WHERE p.organisation_id IN (SELECT organisations_below(NEW.id)))
                AND focal_point_gap(f.id) && daterange(CURRENT_DATE + 2, NULL)
        ) THEN
            RAISE EXCEPTION 'organisation % holds focal points of the one it leaves', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'focalpoint_belongs_to_organisation';
        END IF;
        RETURN NULL;
    """,
)
