"""Changes of an import: a file comes in, columns are chosen, all rows are checked, and then they are applied.

Checking and applying are each one transaction that holds the batch's row. A worker that dies leaves everything as it
was before, its lock is gone with it, and the sweep rings for the next worker; two workers never hold the same batch.
"""

import logging
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from nso_contacts.audit.trail import acting, action
from nso_contacts.files import storage

from . import progress, reading, staging
from .importers import BOTH, Importer, Preset, importer_of
from .keys import plain, signature
from .models import Batch, ColumnMapping, ImportRow, Verdict
from .staging import Run, corrected_rows, read_corrections
from .undoing import Undoing, carry_out

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3


@action
def upload(
    file: "File[bytes]", *, kind: str, actor: Any, encoding: str = "utf-8-sig", preset: str | None = None
) -> Batch:
    """Take a file in. It is gone through whole first; nothing is kept of one that cannot be read.

    Its columns get what the preset for exactly these columns says, or what was chosen the last time, or what their
    names say. With `preset` that one is meant, and columns it misses are an error.
    """
    importer = importer_of(kind)
    found = _survey(file, encoding)
    chosen = _preset_for(importer, found.header, preset)
    batch = Batch(
        kind=kind,
        preset=chosen.key if chosen else "",
        file=storage.store(file, actor),  # type: ignore[arg-type]
        shape=vars(found.shape),
        header=found.header,
        columns=found.columns,
        row_count=found.row_count,
        options={"mode": BOTH, "rule": importer.rules[0].key},
        created_by=actor,
    )
    _suggest(batch, importer, chosen)
    if batch.options["rule"] == importer.rules[0].key:
        # The strictest rule that the columns allow: one that needs a column the file lacks would only be refused.
        possible = (rule for rule in importer.rules if set(rule.needs) <= set(batch.mapping))
        batch.options["rule"] = next(possible, importer.rules[0]).key
    batch.save()
    return batch


@action
def choose(
    batch: Batch, *, mapping: list[str], options: Mapping[str, Any], remember: str | None = None, actor: Any
) -> Batch:
    """Say what each column becomes and how rows find their records, and have all rows checked.

    `remember` is the name under which the choices are kept for the next file with the same columns; with an empty one
    they are forgotten, with None what is kept stays.
    """
    held = _held(batch, (Batch.State.UPLOADED, Batch.State.CHECKED, Batch.State.FAILED))
    _refuse_choices(importer_of(held.kind), mapping, options)
    held.mapping, held.options = mapping, dict(options)
    _queue(held, Batch.State.MAPPED)
    if remember == "":
        remembered(held).delete()
    elif remember is not None:
        ColumnMapping.objects.update_or_create(
            kind=held.kind,
            signature=signature(reading.original(held.header)),
            defaults={
                "name": remember,
                "mapping": {name: key for name, key in zip(held.header, mapping, strict=True) if key},
                "options": held.options,
                "changed_by": actor,
            },
        )
    return held


@action
def correct(batch: Batch, file: "File[bytes]", *, actor: Any, encoding: str = "utf-8-sig") -> Batch:
    """Let the rows of a corrected error file take the place of those with their numbers, and check all rows again."""
    held = _held(batch, (Batch.State.CHECKED,))
    found = _survey(file, encoding)
    present = {plain(name) for name in found.header}
    missing = [name for name in (str(reading.ROW_NUMBER), *held.header) if plain(name) not in present]
    if missing:
        raise ValidationError(
            _("The file lacks the column “%(column)s”. Correct the file of rows in error and upload that one."),
            code="column",
            params={"column": missing[0]},
        )
    numbers = {number for number, _cells in corrected_rows(file, found.shape, held.header)}
    in_error = set(
        ImportRow.objects.filter(batch=held, verdict=Verdict.ERROR, number__in=numbers).values_list("number", flat=True)
    )
    if not in_error or numbers - in_error:
        stray = ", ".join(str(number) for number in sorted(numbers - in_error)[:5])
        raise ValidationError(
            _("Row %(rows)s is not in error here.") % {"rows": stray} if stray else _("No row with a number was found.")
        )
    held.corrections.create(file=storage.store(file, actor), shape=vars(found.shape))  # type: ignore[arg-type]
    _queue(held, Batch.State.MAPPED)
    return held


@action
def order(batch: Batch, *, actor: Any) -> Batch:
    """Have a checked import applied. Pressed twice it is applied once."""
    held = _held(batch, (Batch.State.CHECKED, *Batch.AT_WORK, Batch.State.APPLIED))
    if held.state == Batch.State.CHECKED:
        held.applied_by, held.started_at = actor, timezone.now()
        _queue(held, Batch.State.APPLYING)
    return held


@action
def order_undo(batch: Batch, *, actor: Any) -> Batch:
    """Have an applied import undone. Pressed twice, or by two people, it is undone once."""
    held = _held(batch, (Batch.State.APPLIED, Batch.State.UNDOING, Batch.State.UNDONE))
    if held.state == Batch.State.APPLIED:
        held.undone_by, held.started_at = actor, timezone.now()
        _queue(held, Batch.State.UNDOING)
    return held


@action
def stop(batch: Batch, *, actor: Any) -> None:
    """Stop an import at work: what a worker holds it gives up at its next step, what none holds goes back at once."""
    progress.ask_to_stop(batch.pk)
    held = Batch.objects.select_for_update(skip_locked=True).unfinished().filter(pk=batch.pk).first()
    if held is not None:
        _put_back(held)


@action
def discard(batch: Batch, *, actor: Any) -> Batch:
    """Put an import aside that was not applied. Its rows are forgotten, the file is kept."""
    held = _held(batch, (*Batch.OPEN, Batch.State.DISCARDED))
    if held.state != Batch.State.DISCARDED:
        staging.forget(held)
        held.state = Batch.State.DISCARDED
        held.save(update_fields=["state"])
    return held


# What workers do -----------------------------------------------------------------------------------------------------


def work(pk: int) -> bool:
    """Check, apply or undo a batch, whichever is due; whether this worker did it. Safe to call twice or late."""
    batch = _claim(pk)
    if batch is None:
        return False
    step, actor = {
        Batch.State.CHECKING.value: (_check, batch.created_by),
        Batch.State.APPLYING.value: (_apply, batch.applied_by),
        Batch.State.UNDOING.value: (_undo, batch.undone_by),
    }[batch.state]
    language = getattr(actor, "language", "") or translation.get_language()
    try:
        with translation.override(language):
            return step(pk, actor=actor)
    except progress.Stopped:
        _give_up(pk, actor=actor)
    except ValidationError as refusal:
        _fail(pk, " ".join(refusal.messages), actor=actor)
    except DatabaseError as error:
        logger.exception("Import %s was refused by the database.", pk)
        _fail(pk, _refused_because(error), actor=actor)
    finally:
        progress.forget(pk)
    return True


@action
def _claim_row(pk: int, *, actor: Any) -> Batch | None:
    batch = Batch.objects.select_for_update(skip_locked=True, of=("self",)).unfinished().filter(pk=pk).first()
    if batch is None:
        return None
    if batch.attempts >= MOST_ATTEMPTS:
        _stopped_for_good(batch, _("It was begun three times and never came to its end."))
        return None
    batch.attempts += 1
    if batch.state == Batch.State.MAPPED:
        batch.state = Batch.State.CHECKING
    batch.save(update_fields=["state", "attempts"])
    return batch


def _claim(pk: int) -> Batch | None:
    return _claim_row(pk, actor=None)


@action
def _check(pk: int, *, actor: Any) -> bool:
    batch = _at_work(pk, Batch.State.CHECKING)
    if batch is None:
        return False
    began = timezone.now()
    run = Run(batch)
    with batch.file.path.open("rb") as file:
        run.read(file, read_corrections(batch))
    run.judge()
    batch.state, batch.counts, batch.attempts, batch.failure = Batch.State.CHECKED, run.counts(), 0, ""
    batch.checked_at = timezone.now()
    batch.checked_in = batch.checked_at - began
    batch.save()
    return True


def _apply(pk: int, *, actor: Any) -> bool:
    """Write everything in one transaction, whose history names this import."""
    with acting("imports.apply", actor=actor, batch=f"import:{pk}"):
        batch = _at_work(pk, Batch.State.APPLYING)
        if batch is None:
            return False
        began = timezone.now()
        run = Run(batch, locking=True)
        _one_import_of_a_kind_at_a_time(batch.kind)
        # What is here may have changed since the check, so it is compared again; the cells need not be read again.
        run.judge()
        run.importer.write(run, actor=actor)
        batch.state, batch.counts, batch.attempts, batch.failure = Batch.State.APPLIED, run.counts(), 0, ""
        batch.applied_at = timezone.now()
        batch.applied_in = batch.applied_at - began
        batch.save()
    return True


def _undo(pk: int, *, actor: Any) -> bool:
    """Take back in one transaction what an import wrote, as far as nothing stands on it since."""
    held = Batch.objects.select_related("file").get(pk=pk)
    reason = _("The import of %(file)s was undone.") % {"file": held.file.name}
    with acting("imports.undo", actor=actor, reason=reason, batch=f"undo:{pk}"):
        batch = _at_work(pk, Batch.State.UNDOING)
        if batch is None:
            return False
        _one_import_of_a_kind_at_a_time(batch.kind)
        importer, tell = importer_of(batch.kind), progress.Teller(pk)
        tell(progress.UNDOING)
        plan = Undoing(batch, importer, locking=True).look()
        carry_out(plan, importer, actor=actor, tell=partial(tell, progress.UNDOING))
        staging.note_kept(batch, plan.kept)
        batch.undone, batch.attempts = plan.counts, 0
        if plan.counts["removed"] or plan.counts["restored"]:
            batch.state, batch.undone_at, batch.failure = Batch.State.UNDONE, timezone.now(), ""
        else:
            batch.state = Batch.State.APPLIED
            batch.failure = _("Nothing could be undone: everything this import wrote has been changed or used since.")
        batch.save()
    return True


def _at_work(pk: int, state: str) -> Batch | None:
    """Hold a batch until the transaction ends. None if another worker holds it, or it is further already."""
    return (
        Batch.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("file")
        .filter(pk=pk, state=state)
        .first()
    )


def _one_import_of_a_kind_at_a_time(kind: str) -> None:
    """Two files that create the same record wait for each other; the second then finds what the first created."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"imports.{kind}"])


@action
def _give_up(pk: int, *, actor: Any) -> None:
    held = Batch.objects.select_for_update().get(pk=pk)
    if held.is_at_work:
        _put_back(held)


@action
def _fail(pk: int, failure: str, *, actor: Any) -> None:
    held = Batch.objects.select_for_update().filter(pk=pk, state__in=Batch.AT_WORK).first()
    if held is not None:
        _stopped_for_good(held, failure)


# Parts ---------------------------------------------------------------------------------------------------------------


def _put_back(held: Batch) -> None:
    """Back to where somebody decides; nothing of the run has been kept."""
    held.attempts = 0
    if held.state == Batch.State.UNDOING:
        held.state, held.undone_by = Batch.State.APPLIED, None
    else:
        held.state = Batch.State.CHECKED if held.state == Batch.State.APPLYING else Batch.State.UPLOADED
        held.started_at, held.applied_by = None, None
    held.save()


def _stopped_for_good(held: Batch, failure: str) -> None:
    """Note why it could not be done. An import that could not be undone stays applied."""
    held.state = Batch.State.APPLIED if held.state == Batch.State.UNDOING else Batch.State.FAILED
    held.failure, held.attempts = failure, 0
    held.save()


def _held(batch: Batch, states: Iterable[str]) -> Batch:
    """Lock a batch and make sure that it still is where this step begins."""
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state not in set(states):
        raise ValidationError(_("This import has gone on meanwhile: %(state)s.") % {"state": held.get_state_display()})
    return held


def _queue(held: Batch, state: str) -> None:
    from .tasks import ring  # noqa: PLC0415 (tasks call actions)

    held.state, held.attempts, held.failure = state, 0, ""
    held.save()
    progress.forget(held.pk)
    transaction.on_commit(partial(ring, held.pk), robust=True)


def _survey(file: Any, encoding: str) -> reading.Survey:
    name = str(getattr(file, "name", "") or "")
    reading.check(name, int(getattr(file, "size", 0) or 0))
    return reading.survey(getattr(file, "file", file), name, encoding)


def remembered(batch: Batch) -> "models.QuerySet[ColumnMapping]":
    """The choices that are kept for files with these columns; whoever imports next finds them."""
    return ColumnMapping.objects.filter(kind=batch.kind, signature=signature(reading.original(batch.header)))


def _preset_for(importer: Importer, header: list[str], wanted: str | None) -> Preset | None:
    if wanted is None:
        return next((preset for preset in importer.presets if preset.fits(reading.original(header))), None)
    for preset in importer.presets:
        if preset.key == wanted:
            missing = preset.missing(header)
            if missing:
                raise ValidationError(
                    _("The file lacks the column “%(column)s”."), code="column", params={"column": missing[0]}
                )
            return preset
    raise ValidationError(
        _("There is no preset “%(preset)s”. Known: %(known)s."),
        code="preset",
        params={"preset": wanted, "known": ", ".join(preset.key for preset in importer.presets) or "–"},
    )


def _suggest(batch: Batch, importer: Importer, preset: Preset | None) -> None:
    """Fill in what each column probably becomes."""
    if preset is not None:
        known = {plain(name): key for name, key in preset.mapping.items()}
        batch.options = {**batch.options, **preset.options}
    else:
        kept = remembered(batch).first()
        known = _by_name(importer)
        if kept is not None:
            known = {plain(name): key for name, key in kept.mapping.items()}
            batch.options = {**batch.options, **kept.options}
    taken: set[str] = set()
    for name in batch.header:
        key = known.get(plain(name).replace("_", " ").replace("-", " "), known.get(plain(name), ""))
        batch.mapping.append("" if key in taken else key)
        taken.add(key)


def _by_name(importer: Importer) -> dict[str, str]:
    names = {}
    for field in importer.fields():
        for name in (*field.aliases, str(field.title), field.key):
            names[plain(name).replace("_", " ").replace("-", " ")] = field.key
    return names


def _refuse_choices(importer: Importer, mapping: list[str], options: Mapping[str, Any]) -> None:
    fields = {field.key: field for field in importer.fields()}
    chosen = [key for key in mapping if key]
    for key in chosen:
        if key not in fields:
            raise ValidationError(_("“%(key)s” is nothing a column can become.") % {"key": key})
        if chosen.count(key) > 1:
            raise ValidationError(_("Two columns become “%(field)s”. Choose one.") % {"field": fields[key].title})
    rule = next((rule for rule in importer.rules if rule.key == options.get("rule")), None)
    if rule is None:
        raise ValidationError(_("Choose when two rows are the same."))
    needed = [*rule.needs, *(field.key for field in fields.values() if field.required)]
    for key in needed:
        if key not in chosen:
            raise ValidationError(
                _("No column becomes “%(field)s”, without which rows cannot be imported like this.")
                % {"field": fields[key].title}
            )
    importer.refuse_options(set(chosen), options)


def _refused_because(error: DatabaseError) -> str:
    """Say in the words of the constraint what the database did not accept."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(_message(constraint))
    return _("The database did not accept the rows: %(error)s") % {"error": str(error).splitlines()[0]}


def _message(constraint: models.BaseConstraint) -> Any:
    return constraint.violation_error_message or constraint.name
