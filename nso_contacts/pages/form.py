"""A form and its page: shown, refused with reasons, overtaken by somebody else, or saved.

    @requires("change_directory")
    def edit(request, pk):
        organisation = get_object_or_404(Organisation.objects.editable_by(request.user), pk=pk)
        form = OrganisationForm(posted(request), instance=organisation, user=request.user)

        def save(form):
            return actions.change(organisation, form.cleaned_data, actor=request.user)

        return form_page(request, form, save=save, title=_("Edit organisation"), cancel=organisation.get_absolute_url())

A GET answers 200. A POST that cannot be accepted answers 422 with the errors on top and beside the fields and with
everything typed still there. When the record has a `revision` and somebody saved it since the form was opened, the
answer is 409 with both versions (see `stale`). Otherwise `save` is called, in one transaction with the check of the
revision, and the reader is sent to what it returns: an address, or a record with `get_absolute_url`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models.fields import BLANK_CHOICE_DASH
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import drafts, once, stale
from .controls import keys
from .picks import Pick
from .text import visible
from .widgets import NATIVE

Text = str | Promise
DASHES = BLANK_CHOICE_DASH[0][1]
Crumbs = Iterable[tuple[Text, str]]


class Posted(QueryDict):
    """The fields of a sent form, with its files. A form of this module takes both from it."""

    files: Any = None


def posted(request: HttpRequest) -> Posted | None:
    """Return what a form was sent with; None when it is only to be shown.

    Never `request.POST or None`: a form sent with everything empty would look like one that was not sent.
    """
    if request.method != "POST":
        return None
    data = Posted(mutable=True)
    data.update(request.POST)
    data.files = request.FILES
    return data


class OfficeFormMixin:
    """What forms of this office share: the reader, native date controls, the layout by sections."""

    # (heading, names of fields): draws the form in sections. Fields that are not named come first, without heading.
    sections: ClassVar[list[tuple[Text, tuple[str, ...]]]] = []
    # What leaving a choice empty means, by field, where it is more than “Not stated” or “Choose …”.
    empty_labels: ClassVar[Mapping[str, Text]] = {}

    def __init__(self, data: Any = None, files: Any = None, *args: Any, user: Any = None, **kwargs: Any) -> None:
        """Bind the form; `user` is whose choices and rows it offers."""
        if files is None:
            files = getattr(data, "files", None)
        self.user = user
        super().__init__(data, files, *args, **kwargs)  # type: ignore[call-arg]  # Django's form stands behind it
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            native = NATIVE.get(type(field.widget))
            if native is not None:
                field.widget = native(attrs=field.widget.attrs)
                field.widget.is_required = field.required
            if isinstance(field.widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
                field.widget.attrs.setdefault("class", "form-check-input")
            if isinstance(field, forms.ChoiceField):
                words = self.empty_labels.get(name) or (_("Choose …") if field.required else _("Not stated"))
                name_empty_choice(field, words)
            if isinstance(field, Pick):
                field.for_user(user)
                sent = self.data if self.is_bound else None  # type: ignore[attr-defined]
                field.read(sent, self.add_prefix(name), self.get_initial_for_field(field, name))  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        """Check what was sent without what nobody can see in it. A password stays as it was typed."""
        data: Any = getattr(self, "data", None)
        if isinstance(data, Posted):
            for name, field in self.fields.items():  # type: ignore[attr-defined]
                if not isinstance(field.widget, forms.PasswordInput):
                    for key in keys(field.widget, self.add_prefix(name)):  # type: ignore[attr-defined]
                        if key in data:
                            data.setlist(key, [visible(value) for value in data.getlist(key)])
        super().full_clean()  # type: ignore[misc]

    @property
    def helper(self) -> FormHelper:
        """Crispy draws the fields only; the page owns the form element and the error summary."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.form_show_errors = False
        helper.include_media = False
        return helper

    @property
    def groups(self) -> list[tuple[Text, list[forms.BoundField]]]:
        """The visible fields, by section."""
        named = {name for _title, names in self.sections for name in names}
        loose = [field for field in self.visible_fields() if field.name not in named]  # type: ignore[attr-defined]
        groups: list[tuple[Text, list[forms.BoundField]]] = [("", loose)] if loose else []
        for title, names in self.sections:
            present = [self[name] for name in names if name in self.fields]  # type: ignore[index, attr-defined]
            if present:
                groups.append((title, present))
        return groups


def name_empty_choice(field: Any, words: Text) -> None:
    """Put words in the place of the dashes that Django draws for an empty choice."""
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label == DASHES:
            field.empty_label = str(words)
    elif ("", DASHES) in (choices := list(field.choices)):
        field.choices = [("", words) if choice == ("", DASHES) else choice for choice in choices]


class OfficeForm(OfficeFormMixin, forms.Form):
    """A form that belongs to no single record."""


class OfficeModelForm(OfficeFormMixin, forms.ModelForm):
    """A form for one record. A record with a `revision` carries it, so that nobody overwrites anybody unseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Remember in the form which version was opened, and what it said."""
        super().__init__(*args, **kwargs)
        if self.instance.pk and hasattr(self.instance, "revision"):
            stale.carry(self)


def frame(request: HttpRequest, base: str) -> dict[str, Any]:
    """Return the shell of a page: `base`, or the dialog when a script opened the page over another one."""
    in_dialog = request.headers.get("HX-Target") == "dialog-body"
    return {"base": "parts/dialog.html" if in_dialog else base, "in_dialog": in_dialog}


def first_control(field: forms.BoundField) -> str:
    """Return the id of the control that an error of `field` leads to."""
    widget = field.field.widget
    if getattr(field, "use_fieldset", False) and hasattr(field, "subwidgets"):
        inner = [sub.id_for_label for sub in field.subwidgets if sub.id_for_label]
        if inner:
            return inner[0]
    return field.id_for_label or widget.attrs.get("id", "") or field.auto_id


def summary(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return the errors of a form as (link, words), in the order of the fields; what concerns all comes first."""
    lines = [("", str(error)) for error in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else f"#{first_control(field)}"
        lines += [(target, _in_summary(field, str(error))) for error in field.errors]
    return lines


def _in_summary(field: forms.BoundField, error: str) -> str:
    """Return the words for an error away from its field: “This field is required.” alone would not say which."""
    if error == str(forms.Field.default_error_messages["required"]) and field.label:
        return gettext("%(field)s: %(error)s") % {"field": field.label, "error": error}
    return error


def form_page(
    request: HttpRequest,
    form: Any,
    *,
    save: Callable[[Any], Any],
    title: Text,
    verb: Text = _("Save"),
    lede: Text = "",
    crumbs: Crumbs = (),
    cancel: str = "",
    done: Text = "",
    template: str = "pages/form.html",
    base: str = "base.html",
    consequences: Iterable[Text] = (),
    kept: str = "",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Answer a request for a page with one form. See the module for what it answers when.

    `consequences` are sentences that stand beside the form and say what saving will do; a page with more to show
    beside its form gives a `template` that extends pages/form.html and fills its `aside`. `done` is said after saving.
    `kept` names a long form whose draft is kept on the server for its reader; see `drafts`.
    `base` is the shell: the portal and public pages give portal_base.html. Opened in the dialog (`data-dialog`), only
    the form is drawn.
    """
    page = {
        "form": form,
        "title": title,
        "verb": verb,
        "lede": lede,
        "crumbs": list(crumbs),
        "cancel": cancel,
        "consequences": list(consequences),
        "form_key": once.key_of(request),
        **(context or {}),
        **frame(request, base),
    }
    if kept:
        if request.POST.get(drafts.ACT):
            return drafts.answer(request, kept)
        page |= drafts.prepare(request, kept, form)
    if request.method != "POST" or stale.wants_form_back(request) or wants_matches(form):
        return render(request, template, page)
    try:
        with once.sent(request) as before:
            target = before.target or accept(form, save)
            before.target = target if isinstance(target, str) else resolve_url(target)
    except stale.Overtaken:
        return stale.page(request, form, page)
    except ValidationError as refusal:
        add_refusal(form, refusal)
        if kept:
            page["kept_draft"] = drafts.keep(page["draft_mark"], request.POST)
        return render(request, template, page | {"errors": summary(form)}, status=422)
    if kept:
        drafts.end(page["draft_mark"])
    return saved(request, target, done)


def wants_matches(form: Any) -> bool:
    """Whether a sent form only asks what a text in a `Pick` finds. Nothing is checked or saved then."""
    picks = ((form.add_prefix(name), field) for name, field in form.fields.items() if isinstance(field, Pick))
    return any(field.wants_matches(form.data, name) for name, field in picks)


def accept(form: Any, save: Callable[[Any], Any]) -> Any:
    """Save a sent form and return where to go; raise `Overtaken` or the ValidationError that stands against it."""
    if stale.is_undecided(form):
        raise stale.Overtaken
    if not form.is_valid():
        if stale.is_overtaken(form):
            raise stale.Overtaken
        raise ValidationError([])
    with transaction.atomic():
        stale.refuse_if_overtaken(form)
        return save(form)


def add_refusal(form: forms.BaseForm, refusal: ValidationError) -> None:
    """Show what an action refused: beside the fields that the form has, above the form otherwise."""
    for name, errors in (getattr(refusal, "error_dict", None) or {NON_FIELD_ERRORS: refusal.error_list}).items():
        form.add_error(name if name in form.fields else None, errors)


def saved(request: HttpRequest, target: Any, done: Text = "") -> HttpResponse:
    """Lead to `target` after a change; a page opened in the dialog is replaced as a whole."""
    if done:
        messages.success(request, str(done))
    response = HttpResponseRedirect(resolve_url(target))
    if request.headers.get("HX-Request"):
        response.headers["HX-Redirect"] = response.headers["Location"]
        del response.headers["Location"]
        response.status_code = 204
    return response
