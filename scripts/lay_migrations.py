"""Write the first migrations anew. Only before a release: afterwards migrations are added, never rewritten.

.venv/bin/python -m nso_contacts.devstack exec -- .venv/bin/python scripts/lay_migrations.py
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = {
    "office": "nso_contacts/office",
    "accounts": "nso_contacts/accounts",
    "files": "nso_contacts/files",
    "mail": "nso_contacts/mail",
    "imports": "nso_contacts/imports",
    "stakeholders": "stakeholders",
    "workshops": "workshops",
    "feedback": "feedback",
}
HAND_WRITTEN = re.compile(r"RunPython|RunSQL")
EXTENSIONS = '''
# `unaccent` is only STABLE because a dictionary can be changed; ours is not, and an index needs IMMUTABLE.
IMMUTABLE_UNACCENT = """
CREATE FUNCTION immutable_unaccent(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT public.unaccent('public.unaccent'::regdictionary, $1) $$
"""

'''
FIRST_OPERATIONS = """    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(IMMUTABLE_UNACCENT, "DROP FUNCTION immutable_unaccent(text)"),
"""


def migrations_of(folder: str) -> list[Path]:
    """The migration files of an app, in order."""
    return sorted((ROOT / folder / "migrations").glob("0*.py"))


def manage(*arguments: str) -> None:
    """Run a management command of the project."""
    environment = {**os.environ, "NSO_DEVELOPMENT": ""}
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, env=environment)  # noqa: S603 (our own commands)


def batched(path: Path) -> None:
    """Let a generated migration apply in batches."""
    text = path.read_text()
    text = text.replace("class Migration(migrations.Migration):", "class Migration(BatchedMigration):")
    text = text.replace(
        "from django.db import migrations",
        "from nso_contacts.audit.migration import BatchedMigration\nfrom django.db import migrations",
        1,
    )
    path.write_text(text)


def main() -> None:
    """Remove what was generated, generate it again, and put the hand-written parts back."""
    chosen = {label: APPS[label] for label in sys.argv[1:] or APPS}
    kept = {path: text for folder in chosen.values() for path, text in removed(folder).items()}
    manage("makemigrations", *chosen, "-n", "initial")
    for label, folder in chosen.items():
        for path in migrations_of(folder):
            batched(path)
            if label != "office" and path.name.startswith("0001"):  # the extensions come before everything else
                after_extensions(path)
    if "office" in chosen:
        with_extensions(ROOT / "nso_contacts/office/migrations/0001_initial.py")
    for label, folder in chosen.items():
        put_back(label, folder, kept)


def removed(folder: str) -> dict[Path, str]:
    """Remove the migrations of an app; return those that were written by hand."""
    (ROOT / folder / "migrations").mkdir(exist_ok=True)
    (ROOT / folder / "migrations/__init__.py").touch()
    texts = {path: path.read_text() for path in migrations_of(folder)}
    for path in texts:
        path.unlink()
    return {
        path: text for path, text in texts.items() if HAND_WRITTEN.search(text) and not path.name.startswith("0001")
    }


def after_extensions(path: Path) -> None:
    """Let a migration depend on the one that makes the extensions."""
    text = path.read_text()
    path.write_text(text.replace("dependencies = [\n", "dependencies = [\n        ('office', '0001_initial'),\n", 1))


def with_extensions(office: Path) -> None:
    """Let the very first migration begin with the extensions of PostgreSQL."""
    text = office.read_text().replace("    operations = [\n", FIRST_OPERATIONS, 1)
    text = text.replace("\nclass Migration", EXTENSIONS + "\nclass Migration", 1)
    text = (
        "from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension\n"
        + text
    )
    office.write_text(text)


def put_back(label: str, folder: str, kept: dict[Path, str]) -> None:
    """Write the hand-written migrations of an app again, after the generated ones."""
    previous = migrations_of(folder)[-1].stem if migrations_of(folder) else ""
    ours = [(path, text) for path, text in kept.items() if path.parent.parent == ROOT / folder]
    for number, (path, text) in enumerate(sorted(ours), start=len(migrations_of(folder)) + 1):
        new = path.with_name(f"{number:04}{path.name[4:]}")
        new.write_text(re.sub(rf"\(\"{label}\", \"\d{{4}}_\w+\"\)", f'("{label}", "{previous}")', text))
        previous = new.stem


if __name__ == "__main__":
    main()
