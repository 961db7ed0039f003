"""Rows of a file in the database: read, laid together into records, compared, all at once and not row by row.

A `Run` works inside one transaction of its caller. The rows go into `ImportRow` by COPY, some thousand at a time, so
that a file of any length takes the same memory; everything that needs other rows or known records is a statement over
all of them.
"""
# ruff: noqa: S608 (what is put into statements are our own tables)

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from . import progress, reading
from .importers import (
    CREATE_ONLY,
    FIRST,
    LAST,
    MOST_FREQUENT,
    UNION,
    UPDATE_ONLY,
    Fault,
    Field,
    Importer,
    MatchRule,
    Parser,
    Preset,
    Row,
    importer_of,
)
from .keys import plain
from .models import Batch, ImportRecord, ImportRow, Verdict
from .progress import Teller

CHUNK = 2_000
WRITTEN_AT_ONCE = 1_000

# What must stand in the way of a record: its key, the field, what the file says, and why it cannot be taken.
Refusal = tuple[str, str, str, str]

ROWS = "imports_importrow"
RECORDS = "imports_importrecord"

ENTRIES = f"""
    CREATE TEMP TABLE import_entry ON COMMIT DROP AS
    SELECT r.number, e.k AS key, e.l AS label, coalesce(e.p, '') AS parent, e.v
    FROM {ROWS} r, jsonb_to_recordset(r.entries) AS e(k text, l text, p text, v jsonb)
    WHERE r.batch_id = %s AND r.verdict <> 'ERROR'
"""
RECORDS_OF_ENTRIES = f"""
    INSERT INTO {RECORDS}
        (batch_id, label, key, parent_key, first_row, row_count, values, changes, verdict, look, note, kept)
    SELECT %s, min(label), key, min(parent), min(number), count(*), (array_agg(v ORDER BY number))[1],
        '{{}}', '', '', '', '[]'
    FROM import_entry GROUP BY key
"""
# Several rows about one record: their values are laid together field by field.
LAID_TOGETHER = f"""
    WITH said AS MATERIALIZED (
        SELECT e.key, f.key AS field, f.value, e.number
        FROM import_entry e JOIN {RECORDS} c ON c.batch_id = %(batch)s AND c.key = e.key AND c.row_count > 1,
            jsonb_each(e.v) f
    ), laid(key, field, value) AS (
        (SELECT DISTINCT ON (key, field) key, field, value FROM said
            WHERE NOT field = ANY(%(special)s) ORDER BY key, field, number DESC)
        UNION ALL
        (SELECT DISTINCT ON (key, field) key, field, value FROM said
            WHERE field = ANY(%(first)s) ORDER BY key, field, number)
        UNION ALL
        (SELECT DISTINCT ON (key, field) key, field, value
            FROM (SELECT key, field, value, count(*) AS times FROM said WHERE field = ANY(%(most)s) GROUP BY 1, 2, 3) n
            ORDER BY key, field, times DESC, value)
        UNION ALL
        (SELECT key, field, jsonb_agg(value ORDER BY first_place) FROM (
            SELECT DISTINCT ON (key, field, same) key, field, value,
                min(place) OVER (PARTITION BY key, field, same) AS first_place
            FROM (SELECT s.key, s.field, m.value, s.number * 1000::bigint + m.place AS place,
                    jsonb_typeof(m.value) = 'object' AS known_by_id,
                    CASE jsonb_typeof(m.value) WHEN 'object' THEN m.value->>'id'
                        ELSE lower(m.value #>> '{{}}') END AS same
                FROM said s, jsonb_array_elements(s.value) WITH ORDINALITY AS m(value, place)
                WHERE s.field = ANY(%(union)s)) u
            -- Of a text the first spelling; of what is known by its id what was said last, if anything was.
            ORDER BY key, field, same, (known_by_id AND NOT value ? 'title'),
                CASE WHEN known_by_id THEN -place ELSE place END
        ) members GROUP BY key, field)
    )
    UPDATE {RECORDS} c SET values = whole.values
    FROM (SELECT key, jsonb_object_agg(field, value) AS values FROM laid GROUP BY key) whole
    WHERE c.batch_id = %(batch)s AND c.key = whole.key
"""
REFUSED_ROWS = f"""
    UPDATE {ROWS} r SET verdict = 'ERROR', faults = r.faults || told.faults
    FROM (SELECT e.number, jsonb_agg(DISTINCT f.fault) AS faults
        FROM import_refusal f JOIN import_entry e ON e.key = f.key GROUP BY e.number) told
    WHERE r.batch_id = %s AND r.number = told.number
"""
FOLDED = f"""
    WITH twice AS (
        SELECT key, first_value(key) OVER (PARTITION BY label, target_id ORDER BY first_row) AS kept
        FROM {RECORDS} WHERE batch_id = %(batch)s AND target_id IS NOT NULL AND note = ''
    ), gone AS (SELECT key, kept FROM twice WHERE key <> kept)
    UPDATE {ROWS} r SET entries = (
        SELECT jsonb_agg(CASE WHEN g.kept IS NULL THEN e ELSE e || jsonb_build_object('k', g.kept) END ORDER BY place)
        FROM jsonb_array_elements(r.entries) WITH ORDINALITY AS m(e, place) LEFT JOIN gone g ON g.key = e->>'k')
    WHERE r.batch_id = %(batch)s
        AND r.number IN (SELECT e.number FROM import_entry e JOIN gone ON gone.key = e.key)
"""
RECORD_VERDICTS = f"""
    UPDATE {RECORDS} SET
        verdict = CASE
            WHEN target_id IS NULL THEN 'CREATE'
            WHEN changes = '{{}}' OR note <> '' OR %(create_only)s THEN 'UNCHANGED'
            ELSE 'UPDATE' END,
        note = CASE WHEN note = '' AND target_id IS NOT NULL AND changes <> '{{}}' AND %(create_only)s THEN 'known'
            ELSE note END
    WHERE batch_id = %(batch)s
"""
ROW_VERDICTS = f"""
    UPDATE {ROWS} r SET verdict = said.verdict
    FROM (SELECT e.number, CASE
            WHEN bool_or(c.look <> '' AND c.verdict IN ('CREATE', 'UPDATE')) THEN 'CHECK'
            WHEN bool_or(c.verdict = 'CREATE' AND c.first_row = e.number) THEN 'CREATE'
            WHEN bool_or(c.verdict = 'UPDATE' AND c.first_row = e.number) THEN 'UPDATE'
            WHEN bool_or(c.verdict IN ('CREATE', 'UPDATE')) THEN 'JOINS'
            ELSE 'UNCHANGED' END AS verdict
        FROM import_entry e JOIN {RECORDS} c ON c.batch_id = %(batch)s AND c.key = e.key GROUP BY e.number) said
    WHERE r.batch_id = %(batch)s AND r.number = said.number AND r.verdict <> said.verdict
"""


class Run:
    """One pass over a batch, for checking it or for applying it."""

    def __init__(self, batch: Batch, *, locking: bool = False) -> None:
        """Prepare; `locking` holds known records against changes until the transaction ends, as applying needs."""
        self.batch, self.locking = batch, locking
        self.importer: Importer = importer_of(batch.kind)
        self.options: Mapping[str, Any] = batch.options
        self.tell = Teller(batch.pk)
        self.written = 0
        self.preset: Preset | None = next((one for one in self.importer.presets if one.key == batch.preset), None)
        self.rule: MatchRule = next(rule for rule in self.importer.rules if rule.key == batch.options["rule"])

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of the importer by key."""
        return {one.key: one for one in self.importer.fields()}

    @cached_property
    def places(self) -> list[tuple[int, Field]]:
        """Which position of a row becomes which field."""
        return [(place, self.fields[key]) for place, key in enumerate(self.batch.mapping) if key]

    @cached_property
    def columns(self) -> dict[str, str]:
        """The name of the column that each mapped field comes from."""
        return {one.key: self.batch.header[place] for place, one in self.places}

    @cached_property
    def parsers(self) -> dict[str, Parser]:
        """What turns a cell into the value of each field."""
        own = {key: field.parse for key, field in self.fields.items()}
        return {**own, **self.preset.parsers} if self.preset is not None else own

    # Reading ---------------------------------------------------------------------------------------------------------

    def read(self, file: IO[bytes], corrected: Mapping[int, list[str]]) -> None:
        """Stage the whole file; rows in `corrected` take the place of those with their numbers."""
        forget(self.batch)
        raw = reading.rows(file, reading.Shape(**self.batch.shape))
        done = 0
        while chunk := list(islice(raw, CHUNK)):
            rows = [self.row(one, corrected.get(one.number)) for one in chunk]
            self.importer.look_up([row for row in rows if not row.faults], self.columns)
            for row in rows:
                if not row.faults:
                    row.entries = self.importer.entries(row, self.options)
            self._copy(rows)
            done += len(rows)
            self.tell(progress.READING, done, self.batch.row_count)

    def row(self, raw: reading.RawRow, corrected: list[str] | None) -> Row:
        """Parse the cells of a row; whatever cannot be taken becomes a fault."""
        row = Row(raw.number, corrected or raw.cells)
        unreadable = {} if corrected else raw.unreadable
        surplus = len(self.batch.header)
        if surplus in unreadable:
            row.faults.append(("", raw.cells[surplus], unreadable[surplus]))
        for place, field in self.places:
            if place in unreadable:
                row.faults.append((self.batch.header[place], row.cells[place], unreadable[place]))
            else:
                self._parse(row, place, field)
        if self.preset is not None:
            row.values = {**self.preset.fixed, **row.values}
        faulty = {column for column, _cell, _reason in row.faults}
        for key, reason in self._missing(row.values):
            if self.columns[key] not in faulty:
                row.faults.append((self.columns[key], "", reason))
        return row

    def _parse(self, row: Row, place: int, field: Field) -> None:
        cell = row.cells[place].strip()
        if not cell or cell == reading.BLANK:
            return
        try:
            value = self.parsers[field.key](cell)
        except Fault as fault:
            row.faults.append((self.batch.header[place], cell, str(fault)))
        else:
            if value not in ("", []):
                row.values[field.key] = value

    def _missing(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for _place, field in self.places:
            if field.key in values:
                continue
            if field.key in self.rule.needs and field.key != "region":
                yield (
                    field.key,
                    _("Enter the %(field)s; the row cannot be matched without it.")
                    % {"field": lower_first(field.title)},
                )
            elif field.required or (self.preset is not None and field.key in self.preset.required):
                yield field.key, _("Enter the %(field)s.") % {"field": lower_first(field.title)}

    def _copy(self, rows: Iterable[Row]) -> None:
        file = io.StringIO()
        writer = csv.writer(file)
        for row in rows:
            heading, detail = self.importer.describe(row.values)
            writer.writerow(
                (
                    self.batch.pk,
                    row.number,
                    _json(row.cells),
                    heading[:300],
                    detail[:300],
                    _json(row.faults),
                    _json([entry.as_json() for entry in row.entries]),
                    Verdict.ERROR.value if row.faults else "",
                )
            )
        file.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY {ROWS} (batch_id, number, cells, heading, detail, faults, entries, verdict) "
                r"FROM STDIN WITH (FORMAT csv, NULL '\N')",
                file,
            )

    # Judging ---------------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Say of every record what becomes of it, and of every row its verdict.

        A row that is refused takes what it says about other records with it, so everything is laid together again
        until nothing more is refused; with a good file that is once.
        """
        self.tell(progress.COMPARING)
        while True:
            self._build()
            refused = self._refuse(self.importer.match(self)) or self._fold()
            if not refused:
                self.importer.settle(self)
                refused = self._refuse([*self.importer.verify(self), *self._unknown()])
            if not refused:
                break
        self.importer.compare(self)
        self.execute(RECORD_VERDICTS, create_only=self.options.get("mode") == CREATE_ONLY)
        self.execute(ROW_VERDICTS)

    def execute(self, sql: str, params: Any = None, **named: Any) -> list[tuple[Any, ...]]:
        """Run a statement with the batch's id as `batch`; return its rows, if it has any."""
        with connection.cursor() as cursor:
            cursor.execute(sql, params if params is not None else {"batch": self.batch.pk, **named})
            return cursor.fetchall() if cursor.description else []

    def _build(self) -> None:
        self.execute("DROP TABLE IF EXISTS pg_temp.import_entry")
        self.execute(ENTRIES, [self.batch.pk])
        self.execute("CREATE INDEX ON import_entry (key); ANALYZE import_entry")
        self.execute(f"DELETE FROM {RECORDS} WHERE batch_id = %(batch)s")
        self.execute(RECORDS_OF_ENTRIES, [self.batch.pk])
        merges: dict[str, list[str]] = {LAST: [], FIRST: [], UNION: [], MOST_FREQUENT: []}
        for key, field in self.fields.items():
            merges[self._merge(field)].append(key)
        self.execute(
            LAID_TOGETHER,
            first=merges[FIRST],
            most=merges[MOST_FREQUENT],
            union=[*merges[UNION], *self.importer.lists],
            special=[*merges[FIRST], *merges[MOST_FREQUENT], *merges[UNION], *self.importer.lists],
        )
        self.execute(f"ANALYZE {RECORDS}")

    def _merge(self, field: Field) -> str:
        """How rows about one record are laid together. What makes them one keeps its first spelling."""
        if self.preset is not None and field.key in self.preset.merge:
            return self.preset.merge[field.key]
        return FIRST if field.merge == LAST and field.key in self.rule.needs else field.merge

    def _refuse(self, refusals: list[Refusal]) -> bool:
        """Put the rows of these records in error; whether there were any."""
        if not refusals:
            return False
        told = [(key, _json([self.columns.get(field, ""), value, reason])) for key, field, value, reason in refusals]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.import_refusal")
            cursor.execute("CREATE TEMP TABLE import_refusal (key text, fault jsonb) ON COMMIT DROP")
            execute_values(cursor.cursor, "INSERT INTO import_refusal VALUES %s", told)
            cursor.execute(REFUSED_ROWS, [self.batch.pk])
            return bool(cursor.rowcount)

    def _fold(self) -> bool:
        """Make one record of several that turned out to be the same known one; whether there were any."""
        with connection.cursor() as cursor:
            cursor.execute(FOLDED, {"batch": self.batch.pk})
            return bool(cursor.rowcount)

    def _unknown(self) -> list[Refusal]:
        if self.options.get("mode") != UPDATE_ONLY:
            return []
        reason = _("Nothing here matches this row, and this import only updates.")
        unknown = self.records.filter(target_id=None).values_list("key", "values__name")
        return [(key, self.rule.needs[0], str(name or ""), reason) for key, name in unknown.iterator(chunk_size=CHUNK)]

    def draw_targets(self, ids: list[int]) -> None:
        """Give the records that are created the ids drawn for them, in the order of the file."""
        self.execute(
            f"""UPDATE {RECORDS} c SET target_id = (%(ids)s::bigint[])[drawn.place]
            FROM (SELECT id, row_number() OVER (ORDER BY first_row, id) AS place FROM {RECORDS}
                WHERE batch_id = %(batch)s AND verdict = 'CREATE') drawn
            WHERE c.id = drawn.id""",
            ids=ids,
        )

    def chunks(self, records: QuerySet[ImportRecord]) -> Iterator[tuple[int, list[ImportRecord]]]:
        """Yield records that are to be written, numbered parts of some hundred, and tell how far it has come."""
        rest = records.iterator(chunk_size=WRITTEN_AT_ONCE)
        number = 0
        while chunk := list(islice(rest, WRITTEN_AT_ONCE)):
            number += 1
            yield number, chunk
            self.written += len(chunk)
            self.tell(progress.WRITING, self.written, self.to_write)

    @cached_property
    def to_write(self) -> int:
        """How many records are created or changed."""
        return self.records.filter(verdict__in=[Verdict.CREATE, Verdict.UPDATE]).count()

    # Looking at the outcome ------------------------------------------------------------------------------------------

    @property
    def records(self) -> QuerySet[ImportRecord]:
        """The records of the batch."""
        return ImportRecord.objects.filter(batch=self.batch)

    def counts(self) -> dict[str, Any]:
        """Count rows by verdict, and records by kind and verdict."""
        rows = ImportRow.objects.filter(batch=self.batch).order_by()
        verdicts = dict(rows.values_list("verdict").annotate(n=Count("pk")))
        labels = {
            label: {
                "created": created,
                "updated": updated,
                "unchanged": unchanged,
                "rows": row_count,
            }
            for label, created, updated, unchanged, row_count in self.execute(
                f"""SELECT label, count(*) FILTER (WHERE verdict = 'CREATE'),
                    count(*) FILTER (WHERE verdict = 'UPDATE'),
                    count(*) FILTER (WHERE verdict = 'UNCHANGED'), sum(row_count)::bigint
                FROM {RECORDS} WHERE batch_id = %(batch)s GROUP BY label"""
            )
        }
        looks = dict(
            self.records.exclude(look="")
            .filter(Q(verdict=Verdict.CREATE) | Q(verdict=Verdict.UPDATE))
            .order_by()
            .values_list("look")
            .annotate(n=Count("pk"))
        )
        return {
            "rows": sum(verdicts.values()),
            "verdicts": {verdict: verdicts.get(verdict, 0) for verdict in Verdict.values},
            "labels": labels,
            "looks": looks,
            **{
                outcome: sum(of_label[outcome] for of_label in labels.values())
                for outcome in ("created", "updated", "unchanged")
            },
        }


def forget(batch: Batch) -> None:
    """Remove the rows and records of a batch, for good: nothing ever points at them."""
    with connection.cursor() as cursor:
        for table in (ROWS, RECORDS):
            cursor.execute(f"DELETE FROM {table} WHERE batch_id = %s", [batch.pk])


def note_kept(batch: Batch, kept: Mapping[int, list[tuple[str, str]]]) -> None:
    """Say of the records of a batch what of them stayed when it was undone."""
    told = [(pk, _json(reasons)) for pk, reasons in kept.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {RECORDS} SET kept = '[]' WHERE batch_id = %s AND kept <> '[]'", [batch.pk])
        if told:
            execute_values(
                cursor.cursor,
                f"UPDATE {RECORDS} c SET kept = told.reasons::jsonb FROM (VALUES %s) AS told(pk, reasons) "
                f"WHERE c.batch_id = {int(batch.pk)} AND c.target_id = told.pk",
                told,
            )


def read_corrections(batch: Batch) -> dict[int, list[str]]:
    """Return the corrected rows of a batch by their numbers, in the order of the original's columns."""
    corrected: dict[int, list[str]] = {}
    for correction in batch.corrections.select_related("file"):
        with correction.file.path.open("rb") as file:
            corrected.update(corrected_rows(file, reading.Shape(**correction.shape), batch.header))
    return corrected


def corrected_rows(file: IO[bytes], shape: reading.Shape, header: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each corrected row. Rows without a number, or with a formula, are left out."""
    places = {plain(title): place for place, title in enumerate(reading.header_of(file, shape))}
    number_at = places[plain(str(reading.ROW_NUMBER))]
    wanted = [places[plain(title)] for title in header]
    for raw in reading.rows(file, shape):
        if raw.cells[number_at].isdecimal() and not raw.unreadable:
            yield int(raw.cells[number_at]), [raw.cells[place] for place in wanted]


def lower_first(words: Any) -> str:
    """Return words as they stand inside a sentence; an abbreviation keeps its capitals."""
    text = str(words)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
