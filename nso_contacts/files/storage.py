"""Taking a file in: checked whole, its type read from its content, stored once under its hash."""

import errno
import hashlib
import logging
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from .models import StoredFile

logger = logging.getLogger(__name__)

MAX_BYTES = 25 * 1024 * 1024
HEAD_BYTES = 65536
# The disk, the quota or the whole file system takes nothing more: a person outside this program makes room.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
OPEN_XML = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"


@dataclass(frozen=True)
class Kind:
    """A type of file that may be attached: the endings it comes under and the type it is served with."""

    content_type: str
    endings: tuple[str, ...]


TEXT = Kind("text/plain", (".txt", ".csv", ".tsv", ".json", ".xml", ".md", ".ics", ".vcf"))
PDF = Kind("application/pdf", (".pdf",))
IMAGES = {
    ".png": Kind("image/png", (".png",)),
    ".jpg": Kind("image/jpeg", (".jpg", ".jpeg")),
    ".jpeg": Kind("image/jpeg", (".jpg", ".jpeg")),
    ".jfif": Kind("image/jpeg", (".jpg", ".jpeg")),
    ".gif": Kind("image/gif", (".gif",)),
    ".webp": Kind("image/webp", (".webp",)),
    ".tif": Kind("image/tiff", (".tif", ".tiff")),
    ".tiff": Kind("image/tiff", (".tif", ".tiff")),
}
OLD_OFFICE = Kind("application/x-ole-storage", (".doc", ".xls", ".ppt", ".msg"))
ARCHIVE = Kind("application/zip", (".zip",))
# Office files are ZIP archives; what makes them one is inside, whatever the name of the file says.
INSIDE_ZIP = {
    "word/document.xml": Kind(f"{OPEN_XML}.wordprocessingml.document", (".docx",)),
    "xl/workbook.xml": Kind(f"{OPEN_XML}.spreadsheetml.sheet", (".xlsx",)),
    "ppt/presentation.xml": Kind(f"{OPEN_XML}.presentationml.presentation", (".pptx",)),
}
OPEN_DOCUMENTS = {
    f"{OPEN_DOCUMENT}.text": Kind(f"{OPEN_DOCUMENT}.text", (".odt",)),
    f"{OPEN_DOCUMENT}.spreadsheet": Kind(f"{OPEN_DOCUMENT}.spreadsheet", (".ods",)),
    f"{OPEN_DOCUMENT}.presentation": Kind(f"{OPEN_DOCUMENT}.presentation", (".odp",)),
}
ALLOWED_ENDINGS = sorted(
    {
        ending
        for kind in [TEXT, PDF, *IMAGES.values(), OLD_OFFICE, ARCHIVE, *INSIDE_ZIP.values(), *OPEN_DOCUMENTS.values()]
        for ending in kind.endings
    }
)


def check(upload: UploadedFile) -> Kind:
    """Return the kind of an uploaded file by its content. ValidationError if it may not be attached."""
    name = clean_name(upload.name)
    size = upload.size or 0
    if not size:
        raise ValidationError(_("The file “%(name)s” is empty."), code="empty", params={"name": name})
    if size > MAX_BYTES:
        raise ValidationError(
            _("The file “%(name)s” has %(size)s. At most %(limit)s can be attached."),
            code="too_large",
            params={"name": name, "size": filesizeformat(size), "limit": filesizeformat(MAX_BYTES)},
        )
    kind = detect(upload)
    if kind is None:
        raise ValidationError(
            _(
                "“%(name)s” is not a kind of file that can be attached. Attach a PDF, an office document, a text or "
                "CSV file, a picture or a ZIP archive."
            ),
            code="kind",
            params={"name": name},
        )
    if not name.lower().endswith(kind.endings):
        raise ValidationError(
            _("The name “%(name)s” does not fit the content of the file, which should end in %(endings)s."),
            code="ending",
            params={"name": name, "endings": ", ".join(kind.endings)},
        )
    return kind


def store(upload: UploadedFile, actor: Any) -> StoredFile:
    """Keep an uploaded file and return its row; equal content is kept once.

    Raises ValidationError as `check` does, and when there is no room: the form comes back, and nothing is kept.
    """
    kind = check(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    stored = StoredFile(
        sha256=digest.hexdigest(),
        size=upload.size or 0,
        content_type=kind.content_type,
        name=clean_name(upload.name),
        uploaded_by=actor if getattr(actor, "is_authenticated", False) else None,
    )
    try:
        _keep(upload, stored.path)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        logger.exception("There is no room for files in %s.", settings.FILES_ROOT)
        raise ValidationError(
            _(
                "There is no room for files at the moment, so “%(name)s” was not kept and nothing was saved. Send the "
                "form without the file, or try again later."
            ),
            code="no_room",
            params={"name": stored.name},
        ) from error
    # The content first: a row whose transaction fails leaves a file nobody points at, never a row without a file.
    stored.save()
    return stored


def detect(upload: UploadedFile) -> Kind | None:
    """Return the kind of a file from its content alone; None if it is not one that may be attached."""
    upload.seek(0)
    head = upload.read(HEAD_BYTES)
    upload.seek(0)
    found: Kind | None = None
    if head.startswith(b"PK\x03\x04"):
        found = _inside_zip(upload)
    elif head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        found = OLD_OFFICE
    elif head.startswith(b"%PDF-"):
        found = PDF
    else:
        found = _image(head) or (TEXT if _is_text(head, whole=len(head) < HEAD_BYTES) else None)
    return found


def clean_name(name: str | None) -> str:
    """Return a file's name without folders and control characters, short enough to keep, its ending intact."""
    base = (name or "").replace("\\", "/").rpartition("/")[2]
    path = PurePosixPath("".join(sign for sign in base if sign.isprintable()).strip() or "file")
    return (path.stem[: 200 - len(path.suffix)] + path.suffix)[:200]


def _inside_zip(upload: UploadedFile) -> Kind | None:
    """Tell office files from archives by the list of what is inside. Nothing is unpacked."""
    try:
        with ZipFile(upload) as archive:
            names = set(archive.namelist())
            mimetype = b""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype")
    except (BadZipFile, NotImplementedError, OSError):
        return None
    finally:
        upload.seek(0)
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    for part, kind in INSIDE_ZIP.items():
        if part in names:
            return kind
    return OPEN_DOCUMENTS.get(mimetype.decode("ascii", errors="replace").strip(), ARCHIVE)


def _image(head: bytes) -> Kind | None:
    try:
        endings = [match.extension.lower() for match in puremagic.magic_string(head)]
    except puremagic.PureError:
        return None
    return next((IMAGES[ending] for ending in endings if ending in IMAGES), None)


def _is_text(head: bytes, *, whole: bool) -> bool:
    """Whether the beginning reads as text. Text with markup that a browser would run is not taken as text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        if b"\0" in head:
            return False
        encodings = ("utf-8",)
    for encoding in encodings:
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            # A character cut in two at the end of what was read is no fault of the file.
            if whole or error.start < len(head) - 4:
                return _is_old_text(head)
    return True


def _is_old_text(head: bytes) -> bool:
    """Whether it could be text in an old Western encoding: no control characters but tab and line ends."""
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in head)


def _keep(upload: UploadedFile, path: Path) -> None:
    """Have the content on the disk, under its name, before a row may point at it; a power cut then takes neither.

    Raises OSError when the disk does not take it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write(upload, path)
    # Also for content that lies there already: whoever has just written it may not have come as far as this.
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _write(upload: UploadedFile, path: Path) -> None:
    """Write the content beside its place and move it there, so that a half-written file is never found."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as unfinished:
        try:
            for chunk in upload.chunks():
                unfinished.write(chunk)
            unfinished.flush()
            os.fsync(unfinished.fileno())
            Path(unfinished.name).replace(path)
        except BaseException:
            Path(unfinished.name).unlink()
            # Closing writes what is left in the buffer, and would fail for the same reason.
            with suppress(OSError):
                unfinished.close()
            raise


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def root_is_writable() -> bool:
    """Whether files can be stored; for the health of the office."""
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return os.access(root, os.W_OK)
