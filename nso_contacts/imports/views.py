"""Pages of an import: one address per file shows what is next."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nso_contacts.access.policy import requires
from nso_contacts.office.templatetags.office import number, office_datetime_long
from nso_contacts.pages import export
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from . import actions, progress, reading
from .forms import ColumnsForm, FileForm, UploadForm
from .importers import importer_of
from .models import Batch, ImportRecord, ImportRow, Verdict
from .undoing import changed_since

ROWS_ON_A_PAGE = 50
STATES = Batch.State
# Asked for in the list of rows beside the verdicts: what stayed when the import was undone.
KEPT = "KEPT"
# What needs a look comes first.
FIRST = [Verdict.ERROR, Verdict.CHECK]


@requires("run_imports")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in; the list one comes from says what it holds."""
    form = UploadForm(posted(request), user=request.user, initial={"kind": request.GET.get("kind", "")})

    def save(form: UploadForm) -> Batch:
        sent = form.cleaned_data
        return actions.upload(sent["file"], kind=sent["kind"], encoding=sent["encoding"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Import a file"),
        verb=_("Upload"),
        crumbs=crumbs(),
        cancel=crumbs()[0][1],
        consequences=[
            _("The columns of the file are shown, and what each becomes."),
            _("All rows are checked before anything is written."),
            _("Nothing changes before you press “Apply”."),
        ],
    )


@requires("run_imports")
def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show an import where it stands: its columns, its progress, its check or its outcome."""
    known = Batch.objects.visible_to(request.user).select_related("file", "created_by", "applied_by", "undone_by")
    found = get_object_or_404(known, pk=pk)
    if found.is_at_work:
        return at_work(request, found)
    if request.headers.get("HX-Target") == "progress":
        # The bar that asks again and again has come to its end: the whole page is news.
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.state == STATES.UPLOADED or (found.state in {STATES.CHECKED, STATES.FAILED} and "columns" in request.GET):
        return columns(request, found)
    if found.state in {STATES.CHECKED, STATES.APPLIED, STATES.UNDONE}:
        return outcome(request, found)
    return render(request, "imports/ended.html", page(found))


def columns(request: HttpRequest, found: Batch) -> HttpResponse:
    """Choose what each column becomes."""
    importer = importer_of(found.kind)
    form = ColumnsForm(posted(request), batch=found, importer=importer, user=request.user)
    preset = next((one for one in importer.presets if one.key == found.preset), None)
    typed = found.mapping.index("type") if "type" in found.mapping else None
    context = page(found) | {
        "step": 2,
        "preset": preset,
        "columns": [(column, form[f"column_{place}"]) for place, column in enumerate(found.columns)],
        "questions": [form[key] for key, _title, _field in importer.questions],
        "explained": preset.explain(found.columns[typed]["values"])
        if preset and preset.explain and typed is not None
        else [],
    }

    def save(form: ColumnsForm) -> Batch:
        return actions.choose(
            found,
            mapping=form.mapping(),
            options=form.options(),
            remember=form.cleaned_data["remember"],
            actor=request.user,
        )

    return form_page(
        request,
        form,
        save=save,
        title=context["title"],
        crumbs=crumbs(),
        verb=_("Check all rows"),
        template="imports/columns.html",
        context=context,
    )


def at_work(request: HttpRequest, found: Batch) -> HttpResponse:
    """Show how far a worker has come; the page asks again by itself."""
    step = 3 if found.state in {STATES.MAPPED, STATES.CHECKING} else 4
    begun_by = {STATES.APPLYING: found.applied_by, STATES.UNDOING: found.undone_by}.get(STATES(found.state))
    told = progress.of(found.pk)
    context = page(found) | {"step": step, "progress": told, "doing": doing(told), "begun_by": begun_by}
    name = "imports/progress.html#bar" if request.headers.get("HX-Target") == "progress" else "imports/progress.html"
    return render(request, name, context)


def doing(told: progress.Progress) -> str:
    """Say what a worker does at the moment."""
    words = {
        progress.READING: _("Checking %(done)s of %(all)s rows"),
        progress.COMPARING: _("Comparing with the records here"),
        progress.WRITING: _("Applying %(done)s of %(all)s records"),
        progress.UNDOING: _("Undoing %(done)s of %(all)s changes") if told.total else _("Looking what can be undone"),
    }.get(told.phase, _("Waiting to begin"))
    return words % {"done": number(told.done), "all": number(told.total)}


def outcome(request: HttpRequest, found: Batch) -> HttpResponse:
    """Show what a check found, or what was written, with the rows behind it."""
    wish, typed = request.GET.get("verdict", ""), request.GET.get("q", "").replace("\x00", "").strip()
    rows = rows_of(found, wish, typed)
    shown = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    counts = found.counts["verdicts"]
    groups = {} if wish or typed else groups_of(found)
    context = page(found) | {
        "step": 3 if found.state == STATES.CHECKED else 5,
        "rows": [line | {"group": groups.get(line["row"].verdict, "")} for line in lines_of(found, list(shown))],
        "shown": shown,
        "numbers": shown.paginator.get_elided_page_range(shown.number, on_each_side=2, on_ends=1),
        "typed": typed,
        "wish": wish,
        "strip": [(verdict, Verdict(verdict).label, counts[verdict]) for verdict in Verdict.values],
        "in_error": counts[Verdict.ERROR],
        "usable": found.counts["rows"] - counts[Verdict.ERROR],
        "news": found.counts["created"] + found.counts["updated"],
        "labels": [
            (title, found.counts["labels"][key])
            for key, (_one, title) in importer_of(found.kind).labels.items()
            if key in found.counts["labels"]
        ],
        "looks": [
            (importer_of(found.kind).looks[key][1](number), importer_of(found.kind).looks[key][2])
            for key, number in found.counts["looks"].items()
        ],
        "kept": ImportRecord.objects.filter(batch=found).exclude(kept=[]).count(),
        "others": Batch.objects.visible_to(request.user).finished().exclude(pk=found.pk).select_related("file")[:4],
    }
    return render(request, "imports/check.html" if found.state == STATES.CHECKED else "imports/done.html", context)


@requires("run_imports")
def rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out rows with their verdicts as a file that can be corrected and uploaded again."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    head = [str(reading.ROW_NUMBER), *reading.original(found.header), str(reading.VERDICT), str(reading.REASON)]
    kept = [place for place, name in enumerate(found.header) if name in head]
    wanted = rows_of(found, request.GET.get("verdict", ""), "").order_by("number").iterator(chunk_size=2000)
    lines = (
        [
            row.number,
            *(row.cells[place] for place in kept),
            row.get_verdict_display(),
            "; ".join(f"{column}: {reason}" if column else reason for column, _value, reason in row.faults),
        ]
        for row in wanted
    )
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return export.respond(kind, f"{found} {_('rows')}", head, lines)


@requires("run_imports")
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a checked import applied."""
    found = get_object_or_404(Batch.objects.editable_by(request.user), pk=pk)
    return redirect(actions.order(found, actor=request.user))


@requires("run_imports")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an import at work."""
    found = get_object_or_404(Batch.objects.editable_by(request.user), pk=pk)
    actions.stop(found, actor=request.user)
    return redirect(found)


@requires("run_imports")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an import aside."""
    found = get_object_or_404(Batch.objects.editable_by(request.user), pk=pk)

    def act() -> str:
        actions.discard(found, actor=request.user)
        return crumbs()[0][1]

    return confirm_page(
        request,
        title=_("Discard this import?"),
        consequences=[_("Nothing of the file was written, and nothing will be.")],
        action=act,
        verb=_("Discard"),
        cancel=found.get_absolute_url(),
        crumbs=crumbs(),
    )


@requires("run_imports")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what an import wrote, as far as nothing stands on it."""
    found = get_object_or_404(Batch.objects.editable_by(request.user).select_related("file"), pk=pk)
    if request.method == "GET" and found.state != STATES.APPLIED:
        return redirect(found)

    def act() -> Batch:
        return actions.order_undo(found, actor=request.user)

    return confirm_page(
        request,
        title=_("Undo this import?"),
        lede=_("%(file)s, applied %(at)s") % {"file": found, "at": office_datetime_long(found.applied_at)},
        consequences=consequences(found) if request.method == "GET" else [],
        action=act,
        verb=_("Undo the import"),
        danger=True,
        cancel=found.get_absolute_url(),
        crumbs=[*crumbs(), (str(found), found.get_absolute_url())],
    )


def consequences(found: Batch) -> list[str]:
    """Say what undoing an import does. What stays is found out by the worker that undoes it, and listed then."""
    created, updated = found.counts["created"], found.counts["updated"]
    said = []
    if created:
        said.append(
            ngettext("%(n)s record that it created is removed.", "%(n)s records that it created are removed.", created)
            % {"n": number(created)}
        )
    if updated:
        said.append(
            ngettext(
                "%(n)s record that it changed gets back what it held before.",
                "%(n)s records that it changed get back what they held before.",
                updated,
            )
            % {"n": number(updated)}
        )
    since = changed_since(found, importer_of(found.kind))
    if since:
        said.append(
            ngettext("%(n)s of them has been changed since.", "%(n)s of them have been changed since.", since)
            % {"n": number(since)}
        )
    said.append(_("What somebody has changed or used since stays as it is, and is listed afterwards with the reason."))
    return [*said, _("The history keeps what was imported, and that it was undone.")]


@requires("run_imports")
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in the corrected rows of a check."""
    found = get_object_or_404(Batch.objects.editable_by(request.user), pk=pk)

    def save(form: FileForm) -> Batch:
        sent = form.cleaned_data
        return actions.correct(found, sent["file"], encoding=sent["encoding"], actor=request.user)

    return form_page(
        request,
        FileForm(posted(request), user=request.user),
        save=save,
        title=_("Upload corrected rows"),
        verb=_("Check all rows again"),
        crumbs=[*crumbs(), (str(found), found.get_absolute_url())],
        cancel=found.get_absolute_url(),
        consequences=[_("The rows take the place of those with their numbers. Nothing is written yet.")],
    )


def rows_of(found: Batch, verdict: str, typed: str) -> Any:
    """Return the rows of a batch with a verdict, or all; what needs a look comes first."""
    chosen = ImportRow.objects.filter(batch=found)
    if verdict in Verdict.values:
        chosen = chosen.filter(verdict=verdict)
    elif verdict == KEPT:
        kept = ImportRecord.objects.filter(batch=found).exclude(kept=[])
        chosen = chosen.filter(number__in=kept.values("first_row"))
    if typed.isdecimal() and len(typed) < 9:
        chosen = chosen.filter(number=int(typed))
    elif typed:
        chosen = chosen.filter(heading__icontains=typed) | chosen.filter(detail__icontains=typed)
    rank = Case(*(When(verdict=key, then=Value(place)) for place, key in enumerate(FIRST)), default=Value(len(FIRST)))
    return chosen.order_by(rank, "number")


def groups_of(found: Batch) -> dict[str, str]:
    """Return the heading under which rows of each verdict stand; none if nothing needs a look."""
    counts = found.counts["verdicts"]
    if not any(counts[key] for key in FIRST):
        return {}
    others = found.counts["rows"] - sum(counts[key] for key in FIRST)
    heads = {key: (Verdict(key).label, counts[key] if key in FIRST else others) for key in Verdict.values}
    return {
        key: ngettext("%(group)s: %(n)s row", "%(group)s: %(n)s rows", n)
        % {"group": label if key in FIRST else _("Everything else"), "n": number(n)}
        for key, (label, n) in heads.items()
    }


def lines_of(found: Batch, rows: list[ImportRow]) -> list[dict[str, Any]]:
    """Say of each row of a page what happens to its record, with one query for all records."""
    importer = importer_of(found.kind)
    keys = {entry["k"] for row in rows for entry in row.entries}
    records = {record.key: record for record in ImportRecord.objects.filter(batch=found, key__in=keys)}
    lines = []
    for row in rows:
        record = records.get(row.entries[-1]["k"]) if row.entries else None
        words = (undone(record) if found.state == STATES.UNDONE else "") or happens(importer, row, record)
        lines.append({"row": row, "record": record, "happens": words})
        is_here = found.state != STATES.UNDONE or record is None or record.verdict != Verdict.CREATE or record.kept
        if record is not None and record.target_id is not None and is_here:
            lines[-1]["url"] = importer.url(record.label, record.target_id)
    return lines


def undone(record: ImportRecord | None) -> str:
    """Say what undoing the import did to a record; "" where it left it as it was."""
    if record is None or record.kept:
        return ""
    return {Verdict.CREATE.value: _("Removed again"), Verdict.UPDATE.value: _("Put back as it was")}.get(
        record.verdict, ""
    )


def happens(importer: Any, row: ImportRow, record: ImportRecord | None) -> str:
    """Say in a few words what becomes of a row."""
    if record is None or row.verdict == Verdict.ERROR:
        return ""
    if record.kept:
        return _("Stays: %(reasons)s") % {"reasons": "; ".join(f"{what}, {why}" for what, why in record.kept)}
    if row.verdict == Verdict.UNCHANGED:
        notes = {"archived": _("Archived here: left as it is"), "merged": _("Merged into another: left as it is")}
        return notes.get(record.note, _("Nothing new"))
    if record.first_row != row.number:
        return _("Same record as row %(row)s") % {"row": number(record.first_row)}
    if record.verdict == Verdict.UPDATE:
        fields = {field.key: str(field.title) for field in importer.fields()}
        return _("Changes: %(fields)s") % {"fields": ", ".join(fields.get(key, key) for key in record.changes)}
    return str(importer.outcome(record))


def page(found: Batch) -> dict[str, Any]:
    """Return what every page of an import shows."""
    title = _("Import %(what)s") % {"what": str(importer_of(found.kind).title).lower()}
    mapped = sum(1 for key in found.mapping if key)
    shape = reading.Shape(**found.shape).words
    return {"batch": found, "title": title, "crumbs": crumbs(), "mapped": mapped, "shape": shape}


def crumbs() -> list[tuple[str, str]]:
    """Return the way back."""
    return [(_("Imports"), reverse("imports:list"))]
