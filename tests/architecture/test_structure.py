"""What keeps the project easy to find one's way in, held by tests instead of by memory."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
PACKAGES = ["nso_contacts", "stakeholders", "workshops", "feedback"]
SOURCES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("templates/**/*.html")
)
JUNK = {"utils", "util", "helpers", "helper", "common", "core", "base", "mixins", "services", "misc", "lib", "tools"}

# Lowest first. A foreign key points to its own layer or a lower one.
LAYERS = [
    {"contenttypes", "auth", "sessions", "account", "mfa", "usersessions", "pghistory", "sites"},
    {"office"},
    {"access"},
    {"pages"},
    {"audit", "mail", "files"},
    {"imports", "accounts", "notifications"},
    {"stakeholders"},
    {"workshops"},
    {"feedback"},
]


def named(path):
    return str(path.relative_to(ROOT))


def layer_of(label):
    return next((number for number, labels in enumerate(LAYERS) if label in labels), 0)


def test_imports_point_one_way():
    """The contracts of pyproject.toml, read by import-linter."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout


def test_foreign_keys_point_to_their_own_layer_or_a_lower_one():
    upward = []
    for model in apps.get_models():
        if model._meta.app_label in {"account", "mfa", "usersessions"}:
            continue  # they point at whatever the project's user model is
        for field in model._meta.get_fields():
            if field.concrete and field.is_relation and field.related_model:
                here, there = model._meta.app_label, field.related_model._meta.app_label
                # Everybody may point at the user, and history rows at what they are the history of.
                if there != "accounts" and layer_of(there) > layer_of(here):
                    upward.append(f"{model._meta.label}.{field.name} -> {there}")

    assert upward == []


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_module_is_named_for_its_subject(path):
    """A drawer for everything has no subject: `docs/architecture.md` says where a shared part belongs."""
    assert JUNK.isdisjoint(part.removesuffix(".py") for part in path.relative_to(ROOT).parts)


# Only actions write ---------------------------------------------------------------------------------------------------

WRITES_NOTHING = {"views", "forms", "tasks", "listings", "imports", "panels", "portal", "insight"}
WRITING_CALLS = {
    "save",
    "create",
    "acreate",
    "update",
    "aupdate",
    "delete",
    "adelete",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
}
# Names whose `update`, `save` and the like are not about rows.
HARMLESS = {"actions", "outbox", "super", "context", "kwargs", "attrs", "params", "headers", "initial", "digest"}


def readers():
    """Modules that may not write: `views.py`, `views/….py`, and the like in every app."""
    for path in SOURCES:
        inside = path.relative_to(ROOT).with_suffix("").parts
        app = inside[2:] if inside[0] == "nso_contacts" else inside[1:]
        if app and app[0] in WRITES_NOTHING and "commands" not in inside:
            yield path


def written_on(call):
    """The last name before the method: `actions` in `actions.save(…)`, `objects` in `Person.objects.create(…)`."""
    owner = call.func.value
    if isinstance(owner, ast.Call):
        owner = owner.func
    if isinstance(owner, ast.Attribute):
        return owner.attr
    return getattr(owner, "id", "")


def writes(tree, imported_actions):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING_CALLS:
            if any(given.arg == "commit" and getattr(given.value, "value", True) is False for given in node.keywords):
                continue  # `form.save(commit=False)` makes the row an action then saves
            owner = written_on(node)
            if owner not in HARMLESS | imported_actions and not owner.endswith(("_actions", "_counts", "_params")):
                yield f"line {node.lineno}: {ast.unparse(node)[:90]}"


def imported_from_actions(tree):
    """Names that come from an actions package: `from .actions import organisation`."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[-1] == "actions"
        for alias in node.names
    }


@pytest.mark.parametrize("path", list(readers()), ids=named)
def test_only_actions_write(path):
    """History, permissions and messages belong to a change, and only an action has all three."""
    tree = ast.parse(path.read_text())

    assert list(writes(tree, imported_from_actions(tree))) == []


def test_the_write_test_would_notice():
    seen = ast.parse("Person.objects.filter(pk=1).update(name='x')\nperson.save()\nactions.save(person)")

    assert [found.split(":")[0] for found in writes(seen, set())] == ["line 1", "line 2"]


# Templates ------------------------------------------------------------------------------------------------------------


def is_mail(path):
    return "mail" in path.parts or "mails" in path.parts


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_script_or_style_inside_a_page(path):
    """The content security policy would refuse it in the browser; mail has no other place for its style."""
    if is_mail(path):
        return
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)

    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text) == []
    assert re.findall(r"<style\b|\sstyle=[\"'{]", text) == []
    assert re.findall(r"\son[a-z]+=[\"'{]|\shx-on|javascript:", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_printed_unescaped(path):
    text = path.read_text()

    assert re.findall(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape off", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_nothing_is_fetched_from_elsewhere(path):
    if is_mail(path):
        return
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//[^\"']*\.(?:js|css|woff2?|png|svg)", path.read_text()) == []
