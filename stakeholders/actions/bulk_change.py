"""Bulk changes: ordered from a list, carried out in one transaction, and taken back.

Up to `AT_ONCE` records are changed at once, more of them by a worker. Either way all is one transaction whose history
rows carry the batch of the change; a worker that dies leaves nothing half done, and the sweep rings for the next one.
"""

import logging
import uuid
from functools import partial

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from nso_contacts.accounts.models import User
from nso_contacts.audit import undo as traces
from nso_contacts.audit.trail import acting
from nso_contacts.imports import progress

from ..bulk_kinds import MODELS, Given, Kind, kind_of
from ..models import BulkChange, Organisation, Person
from . import cadence

logger = logging.getLogger(__name__)

AT_ONCE = 1_000
CHUNK = 500
KEPT_AT_MOST = 100
# The names of what was asked in the address, so that they are not taken for filters of the list.
FORM = "to"
PREFIX = f"{FORM}-"

State = BulkChange.State


def order(
    kind: Kind, subject: str, targets: list[int], *, options: str, title: str, key: uuid.UUID, actor: User
) -> BulkChange:
    """Change these records, at once or in the background. The same `key` again returns the first change."""
    change = BulkChange(
        kind=kind.key, subject=subject, options=options, title=title[:300], targets=targets, key=key, created_by=actor
    )
    with acting("stakeholders.bulk_change.order", actor=actor, batch=change.batch, reason=_reason(options)):
        known = _claimed(change)
        if known is not None:
            return known
        if len(targets) > AT_ONCE:
            transaction.on_commit(partial(ring, change.pk), robust=True)
        else:
            _carry_out(change)
    return change


def work(pk: int) -> bool:
    """Carry out a change that waits; False if another worker has it, or it is done. Called by a task."""
    waiting = BulkChange.objects.select_related("created_by").filter(pk=pk, state=State.WAITING).first()
    if waiting is None:
        return False
    actor, reason = waiting.created_by, _reason(waiting.options)
    try:
        with acting("stakeholders.bulk_change.work", actor=actor, batch=waiting.batch, reason=reason):
            held = BulkChange.objects.select_for_update(skip_locked=True, of=("self",)).waiting().filter(pk=pk).first()
            if held is None:
                return False
            _carry_out(held)
    except ValidationError as refusal:
        with acting("stakeholders.bulk_change.fail", actor=None):
            BulkChange.objects.waiting().filter(pk=pk).update(state=State.FAILED, failure=" ".join(refusal.messages))
    return True


def undo(change: BulkChange, *, actor: User) -> BulkChange:
    """Put back what a change wrote and nobody has changed since. Doing it twice changes nothing.

    Raises ValidationError when nothing of it can be put back.
    """
    with acting("stakeholders.bulk_change.undo", actor=actor, batch=f"bulk-undo:{change.key.hex}"):
        held = BulkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
        if held.state != State.DONE:
            return held
        taken, left = traces.take_back(held.batch)
        if not taken:
            raise ValidationError(_("Nothing can be put back: all of it has been changed since."))
        for model, name in ((Person, "people"), (Organisation, "organisations")):
            pks = [effect.pk for effect in taken if effect.model is model]
            for start in range(0, len(pks), CHUNK):
                cadence.touch(actor=actor, **{name: pks[start : start + CHUNK]})
        held.state, held.undone_at, held.undone_by = State.UNDONE, timezone.now(), actor
        held.kept = {effect.name: effect.obstacle for effect in left[:KEPT_AT_MOST]}
        held.save(update_fields=["state", "undone_at", "undone_by", "kept"])
    return held


def ring(pk: int) -> None:
    """Ask for a worker. A broker that does not answer is no reason to fail: the sweep asks again."""
    try:
        current_app.send_task("stakeholders.tasks.carry_out", (pk,), retry=False)
    except OperationalError:
        logger.warning("The broker did not take the bulk change %s; the sweep will ring again.", pk)


def given_of(kind: Kind, options: str, user: User) -> Given:
    """Return what the form of a kind was filled in with; refuse what it no longer accepts."""
    if kind.form is None:
        return {}
    form = kind.form(QueryDict(options), user=user, prefix=FORM)
    if not form.is_valid():
        raise ValidationError([error for errors in form.errors.values() for error in errors])
    given: Given = form.cleaned_data
    return given


def count_skipped(kind: Kind, subject: str, rows: QuerySet, given: Given) -> tuple[int, dict[str, int]]:
    """Return how many of the rows would be changed, and how many not, by reason."""
    judged, reasons = kind.judged(subject, rows, given)
    found = dict(judged.order_by().values_list("obstacle").annotate(number=Count("pk")))
    return found.get(None, 0), {str(reason): found[n] for n, reason in enumerate(reasons) if found.get(n)}


def _claimed(change: BulkChange) -> BulkChange | None:
    """Write the change down, or return the one that was sent with its key before; a double press waits here."""
    _made, new = BulkChange.objects.get_or_create(
        key=change.key,
        defaults={f.attname: getattr(change, f.attname) for f in BulkChange._meta.concrete_fields if not f.primary_key},
    )
    change.pk, change._state.adding = _made.pk, False
    return None if new else _made


def _carry_out(change: BulkChange) -> None:
    kind = kind_of(change.kind, change.subject)
    if kind is None:
        raise ValidationError(_("This bulk action is no longer offered."))
    actor, tell = change.created_by, progress.Teller(f"bulk-{change.pk}")
    given = given_of(kind, change.options, actor)
    model = MODELS[change.subject]
    skipped: dict[str, int] = {}
    for start in range(0, len(change.targets), CHUNK):
        part = change.targets[start : start + CHUNK]
        rows = model.objects.editable_by(actor).filter(pk__in=part)
        # Locked before anything is decided, always in the same order.
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        _number, left_out = count_skipped(kind, change.subject, rows, given)
        judged, _reasons = kind.judged(change.subject, rows, given)
        pks = list(judged.filter(obstacle=None).order_by("pk").values_list("pk", flat=True))
        if pks:
            kind.act(model, pks, given, actor=actor)
        change.changed += len(pks)
        for reason, number in left_out.items():
            skipped[reason] = skipped.get(reason, 0) + number
        tell("changing", start + len(part), len(change.targets))
    change.skipped, change.state, change.done_at = skipped, State.DONE, timezone.now()
    change.save(update_fields=["changed", "skipped", "state", "done_at"])


def _reason(options: str) -> str:
    """What was typed as the reason, for the history."""
    return QueryDict(options).get(f"{PREFIX}reason", "")[:200]
