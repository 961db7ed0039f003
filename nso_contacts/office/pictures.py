"""The office's logo: what a picture is by its content, and how large it is. Nothing else about it is believed.

PNG: the first chunk of a file, IHDR, holds width and height (W3C PNG, 11.2.1). JPEG: a file is a row of segments, each
a marker and its length; the frame header (SOF) holds height and width (ITU-T T.81, B.2.2).
"""

import re
import struct

MOST_BYTES = 100 * 1024
MOST_PIXELS = 2000

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# Frame headers are C0 to CF, but for the tables DHT (C4) and DAC (CC) and the reserved JPG (C8).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers that stand alone, without a length: TEM, RST0 to RST7.
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
SCAN, END = 0xDA, 0xD9


def content_type(picture: bytes) -> str:
    """The type to serve a stored picture as."""
    return "image/jpeg" if picture.startswith(JPEG) else "image/png"


def is_svg(content: bytes) -> bool:
    """Whether this is a drawing in SVG, by its first element."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*(?:<(?:\?|!)[^>]*>\s*)*<(?:\w+:)?svg\b", content, re.IGNORECASE) is not None


def size(picture: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels of a PNG or JPEG; None for anything else."""
    if picture.startswith(PNG):
        found = struct.unpack(">II", picture[16:24]) if picture[12:16] == b"IHDR" and len(picture) >= 24 else (0, 0)
    else:
        found = _jpeg_size(picture) if picture.startswith(JPEG) else (0, 0)
    return (found[0], found[1]) if min(found) > 0 else None


def _jpeg_size(picture: bytes) -> tuple[int, int]:
    """Return the width and height that the frame header says; zeros when none comes before the scan."""
    at = 2
    while at + 4 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if marker == 0xFF or marker in ALONE:  # a fill byte before the marker, or a marker without a segment
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (SCAN, END):
            break
        if marker in FRAMES:
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9]) if at + 9 <= len(picture) else (0, 0)
            return width, height
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    return 0, 0
