"""Two functions the triggers and the row rules use, and the code lists every office starts with."""

from django.db import migrations

from stakeholders.seed import seed_code_lists

ORGANISATIONS_BELOW = """
CREATE FUNCTION organisations_below(bigint) RETURNS SETOF bigint
    LANGUAGE sql STABLE ROWS 20
    AS $$
        WITH RECURSIVE below(id) AS (
            SELECT $1
            UNION SELECT o.id FROM stakeholders_organisation o JOIN below ON o.parent_id = below.id
        ) SELECT id FROM below
    $$
"""

# Both ends of a validity are inclusive and empty is open; a focal point whose start is not known starts with the post.
FOCAL_POINT_GAP = """
CREATE FUNCTION focal_point_gap(bigint) RETURNS datemultirange
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
        focal stakeholders_focalpoint;
        held datemultirange;
        starts date;
    BEGIN
        SELECT * INTO focal FROM stakeholders_focalpoint WHERE id = $1;
        IF NOT FOUND THEN
            RETURN '{}'::datemultirange;
        END IF;
        SELECT coalesce(range_agg(daterange(p.valid_from, p.valid_to, '[]')), '{}'::datemultirange) INTO held
            FROM stakeholders_post p
            WHERE p.person_id = focal.person_id
                AND p.organisation_id IN (SELECT organisations_below(focal.organisation_id));
        starts := coalesce(focal.valid_from, lower(held));
        IF starts > focal.valid_to THEN
            starts := focal.valid_to;
        END IF;
        RETURN datemultirange(daterange(starts, focal.valid_to, '[]')) - held;
    END
    $$
"""


def seed(apps, schema_editor):
    seed_code_lists(apps=apps)


class Migration(migrations.Migration):
    dependencies = [("stakeholders", "0001_initial")]

    operations = [
        migrations.RunSQL(ORGANISATIONS_BELOW, "DROP FUNCTION organisations_below(bigint)"),
        migrations.RunSQL(FOCAL_POINT_GAP, "DROP FUNCTION focal_point_gap(bigint)"),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
