"""`manage.py import_… FILE`: the same import as on the page, from beginning to end, for files a script brings."""

import argparse
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from . import actions
from .importers import MODES, importer_of
from .models import Batch, ImportRow, Verdict
from .reading import ENCODINGS

MOST_SHOWN = 20


class ImportCommand(BaseCommand):
    """Base of the commands; each names its `kind`."""

    kind: ClassVar[str] = ""
    output_transaction = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what can be chosen, as on the page."""
        importer = importer_of(self.kind)
        rules = [rule.key for rule in importer.rules]
        parser.add_argument("file", type=Path, help="CSV or XLSX; the first row holds the names of the columns")
        if importer.presets:
            parser.add_argument("--preset", choices=[preset.key for preset in importer.presets])
        parser.add_argument("--match", choices=rules, help=f"when two records are the same (default {rules[0]})")
        parser.add_argument("--mode", choices=list(MODES), help="what may happen (default both)")
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="NAME=FIELD",
            help="what a column becomes, where its name does not say it; an empty field leaves it out",
        )
        parser.add_argument("--encoding", choices=list(ENCODINGS), default="utf-8-sig")
        parser.add_argument("--actor", metavar="E-MAIL", help="whose change it is (default the office's own)")
        parser.add_argument("--dry-run", action="store_true", help="check all rows and write nothing")
        parser.add_argument("--skip-errors", action="store_true", help="apply although there are rows in error")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, report, apply."""
        try:
            batch = self._checked(options)
            in_error = batch.counts["verdicts"][Verdict.ERROR]
            self._report(batch, in_error)
            if options["dry_run"]:
                counts = batch.counts["verdicts"]
                actions.discard(batch, actor=batch.created_by)
                found = (f"{label} {counts[key]}" for key, label in Verdict.choices if counts[key])
                self.stdout.write(f"Rows: {', '.join(found)}.")
                self.stdout.write("Nothing was written.")
                return
            if in_error and not options["skip_errors"]:
                actions.discard(batch, actor=batch.created_by)
                raise CommandError("Nothing was written. Correct the rows in error, or use --skip-errors.")
            batch = self._worked(actions.order(batch, actor=batch.created_by))
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        counts = batch.counts
        self.stdout.write(
            f"{counts['rows']} rows: {counts['created']} records created, {counts['updated']} updated, "
            f"{counts['unchanged']} unchanged; {counts['verdicts'][Verdict.ERROR]} rows in error. "
            f"Checked in {batch.checked_in.total_seconds():.1f} s, applied in {batch.applied_in.total_seconds():.1f} s."
        )
        if not counts["created"] and not counts["updated"]:
            self.stdout.write("Nothing changed.")

    def _checked(self, options: dict[str, Any]) -> Batch:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        with path.open("rb") as file:
            batch = actions.upload(
                File(file, name=path.name),
                kind=self.kind,
                actor=self._actor(options["actor"]),
                encoding=options["encoding"],
                preset=options.get("preset"),
            )
        mapping = list(batch.mapping)
        for choice in options["column"]:
            name, _equals, field = choice.partition("=")
            if name not in batch.header:
                raise CommandError(f"The file has no column “{name}”.")
            mapping[batch.header.index(name)] = field
        chosen = {"rule": options["match"], "mode": options["mode"]}
        choices = {**batch.options, **{key: value for key, value in chosen.items() if value}}
        return self._worked(actions.choose(batch, mapping=mapping, options=choices, actor=batch.created_by))

    def _actor(self, email: str | None) -> Any:
        if email is None:
            return None
        user = get_user_model().objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {email}.")
        return user

    def _worked(self, batch: Batch) -> Batch:
        actions.work(batch.pk)
        batch = Batch.objects.select_related("file", "created_by").get(pk=batch.pk)
        if batch.state == Batch.State.FAILED:
            raise CommandError(batch.failure)
        return batch

    def _report(self, batch: Batch, in_error: int) -> None:
        if not in_error:
            return
        rows = ImportRow.objects.filter(batch=batch, verdict=Verdict.ERROR).order_by("number")
        for row in rows[:MOST_SHOWN]:
            for column, value, reason in row.faults:
                self.stderr.write(f"row {row.number}, {column or '?'}: “{value}”. {reason}")
        if in_error > MOST_SHOWN:
            self.stderr.write(f"… and {in_error - MOST_SHOWN} more rows in error")
