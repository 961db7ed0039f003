"""What a reader of the office's answers could read, and what else an answer offers to open."""

import html
import io
import re
import zipfile

EXPORT = re.compile(r'href="([^"]*\bformat=(?:csv|xlsx)[^"]*)"')
FRAME = re.compile(r'<iframe[^>]* src="([^"]+)"')


def text_of(answer):
    """Return everything in an answer that a reader could read: the page, the file, the parts of a workbook."""
    content = answer.getvalue()
    heads = "\n".join(f"{name}: {value}" for name, value in answer.items())
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(book.read(name) for name in book.namelist())
    return heads + html.unescape(content.decode(errors="replace"))


def offered(text):
    """Return the addresses of the exports that a page offers and of the frames within it."""
    return [found for found in EXPORT.findall(text) + FRAME.findall(text) if found.startswith("/")]
