"""Refresh the front-end files under `static/vendor/` and the icon sprite from the npm registry.

    python scripts/vendor.py          fetch everything at the versions below
    python scripts/vendor.py icons    rebuild only static/img/icons.svg from static/vendor/icons.txt

To use one more icon of https://icons.getbootstrap.com, add its name to static/vendor/icons.txt and run the second form.
Needs `npm` (only here: neither installing nor running the office needs it).
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
SPRITE = ROOT / "static" / "img" / "icons.svg"
ICON_LIST = VENDOR / "icons.txt"

VERSIONS = {"bootstrap": "5.3.8", "bootstrap-icons": "1.13.1", "tom-select": "2.6.2"}
FILES = {
    "bootstrap": [
        "dist/css/bootstrap.min.css",
        "dist/css/bootstrap.min.css.map",
        "dist/css/bootstrap.rtl.min.css",
        "dist/css/bootstrap.rtl.min.css.map",
        "LICENSE",
    ],
    "tom-select": [
        "dist/css/tom-select.bootstrap5.min.css",
        "dist/css/tom-select.bootstrap5.min.css.map",
        "dist/js/tom-select.popular.min.js",
        "dist/js/tom-select.popular.min.js.map",
        "LICENSE",
    ],
}


def fetch(name: str, into: Path) -> Path:
    """Unpack one package of the registry and return its folder."""
    npm = shutil.which("npm") or "npm"
    packed = subprocess.run(  # noqa: S603 (a fixed command)
        [npm, "pack", "--silent", f"{name}@{VERSIONS[name]}"], cwd=into, check=True, capture_output=True, text=True
    )
    with tarfile.open(into / packed.stdout.strip()) as archive:
        archive.extractall(into / name, filter="data")
    return into / name / "package"


def copy_vendored(into: Path) -> None:
    """Copy the files in `FILES` from fresh packages."""
    for name, paths in FILES.items():
        package = fetch(name, into)
        target = VENDOR / name
        target.mkdir(parents=True, exist_ok=True)
        for path in paths:
            (target / Path(path).name).write_bytes((package / path).read_bytes())


def build_sprite(into: Path) -> None:
    """Write one SVG file with a symbol for each name in `icons.txt`."""
    package = fetch("bootstrap-icons", into)
    symbols = []
    for name in sorted(set(ICON_LIST.read_text().split())):
        drawing = (package / "icons" / f"{name}.svg").read_text()
        inner = re.sub(r"\s*\n\s*", "", re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>')
    SPRITE.parent.mkdir(parents=True, exist_ok=True)
    SPRITE.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1:] != ["icons"]:
            copy_vendored(Path(folder))
        build_sprite(Path(folder))
