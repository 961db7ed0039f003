"""A backup is a folder: the database, every attached file by its hash, and a stamp that is written last.

    nso-contacts-20261125T150301Z/
        database.dump       what one transaction saw
        files/ab/ab12…      the contents that this database points to
        stamp.json          when, of which office, by which migrations, and the sums to check it by

A folder without a stamp is a backup that was not finished.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from nso_contacts.files.models import StoredFile
from nso_contacts.office.models import Office

from . import database

FORMAT = 1
PREFIX = "nso-contacts-"
STAMP = "stamp.json"
DUMP = "database.dump"
FILES = "files"
CHUNK = 1024 * 1024


class Damaged(Exception):
    """A backup is not what its stamp says, or has none."""


@dataclass(frozen=True)
class Stamp:
    """What a backup says of itself. Sizes are in bytes, the moment is in UTC."""

    made_at: str
    office: str
    migrations: list[str]
    database_sha256: str
    database_bytes: int
    files: int
    file_bytes: int
    missing_files: list[str] = field(default_factory=list)
    format: int = FORMAT

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the stamp of a backup. Raises Damaged."""
        try:
            read = json.loads((folder / STAMP).read_text())
        except FileNotFoundError:
            raise Damaged(f"{folder} holds no finished backup: {STAMP} is missing.") from None
        except ValueError:
            raise Damaged(f"{folder / STAMP} cannot be read.") from None
        if not isinstance(read, dict) or read.get("format") != FORMAT:
            raise Damaged(f"{folder / STAMP} is of a format that this version does not know.")
        return cls(**read)

    @property
    def moment(self) -> datetime:
        """When the backup was made."""
        return datetime.fromisoformat(self.made_at)


def make(into: Path) -> tuple[Path, Stamp]:
    """Save the office into a new folder under `into`. Returns the folder and its stamp. Raises ProgramFailed, OSError.

    The database comes first and says which contents are needed: contents are written before the rows that name them,
    so all of them are there.
    """
    made_at = timezone.now()
    folder = into / f"{PREFIX}{made_at:%Y%m%dT%H%M%SZ}"
    folder.mkdir(parents=True, mode=0o700)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
        office = Office.objects.defer("logo").first()
        migrations = sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())
        hashes = list(StoredFile.objects.order_by("sha256").values_list("sha256", flat=True).distinct())
        database.dump(folder / DUMP, snapshot=snapshot)
    copied, missing = _copy(hashes, Path(settings.FILES_ROOT), folder / FILES)
    stamp = Stamp(
        made_at=made_at.isoformat(),
        office=str(office or ""),
        migrations=migrations,
        database_sha256=_sum(folder / DUMP),
        database_bytes=(folder / DUMP).stat().st_size,
        files=len(hashes) - len(missing),
        file_bytes=copied,
        missing_files=missing,
    )
    unfinished = folder / f".{STAMP}"
    unfinished.write_text(json.dumps(asdict(stamp), indent=1))
    _flush(folder)
    unfinished.replace(folder / STAMP)
    return folder, stamp


def check(folder: Path) -> Stamp:
    """Read a whole backup and compare it with its stamp. Raises Damaged."""
    stamp = Stamp.of(folder)
    if not (folder / DUMP).is_file() or _sum(folder / DUMP) != stamp.database_sha256:
        raise Damaged(f"{folder / DUMP} is not the file that was saved.")
    contents = list(_contents(folder))
    if len(contents) != stamp.files:
        raise Damaged(f"{folder / FILES} holds {len(contents)} files; {stamp.files} were saved.")
    for path in contents:
        if _sum(path) != path.name:
            raise Damaged(f"{path} is not the file that was saved.")
    return stamp


def put_back_files(folder: Path) -> int:
    """Copy the contents of a backup to where the office keeps them; what lies there already stays. Returns how many."""
    hashes = [path.name for path in _contents(folder)]
    root = Path(settings.FILES_ROOT)
    absent = [sha256 for sha256 in hashes if not _place(root, sha256).exists() or _sum(_place(root, sha256)) != sha256]
    _copy(absent, folder / FILES, root)
    return len(absent)


def finished(into: Path) -> list[Path]:
    """Return the finished backups under a folder, the oldest first."""
    return sorted(path.parent for path in into.glob(f"{PREFIX}*/{STAMP}"))


def keep_newest(into: Path, number: int) -> list[Path]:
    """Remove all finished backups but the newest ones. Returns what was removed."""
    old = finished(into)[:-number]
    for folder in old:
        # The stamp goes first: a removal that is cut short leaves an unfinished backup, never a damaged one.
        (folder / STAMP).unlink()
        shutil.rmtree(folder)
    return old


def _contents(folder: Path) -> Iterator[Path]:
    return (path for path in sorted((folder / FILES).glob("*/*")) if path.is_file())


def _place(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256


def _copy(hashes: Iterable[str], source: Path, target: Path) -> tuple[int, list[str]]:
    """Copy contents between two folders of hashes. Returns the bytes copied, and what is not there or not intact."""
    copied, missing = 0, []
    for sha256 in hashes:
        found = _place(source, sha256)
        if not found.is_file() or _sum(found) != sha256:
            missing.append(sha256)
            continue
        place = _place(target, sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f".{sha256}")
        shutil.copyfile(found, unfinished)
        unfinished.replace(place)
        copied += place.stat().st_size
    return copied, missing


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(folder: Path) -> None:
    """Have everything of a folder on the disk before its stamp says that it is whole."""
    for path in [*folder.rglob("*")]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
