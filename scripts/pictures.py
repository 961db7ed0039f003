"""Make the pictures of docs/pictures again, from a running demonstration office.

make run                                   # in another terminal
.venv/bin/python scripts/pictures.py [http://127.0.0.1:8000]
"""

import os
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs/pictures"
PASSWORD = "stakeholders"  # noqa: S105 (published: it works in a demonstration office only)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# (name, who looks, address or list whose row with these words is opened, width)
PICTURES = [
    ("my-work", "liaison@nso.example", "/", 1440),
    ("organisation", "liaison@nso.example", "/organisations/?q=labour|Ministry of Labour", 1440),
    ("people", "liaison@nso.example", "/people/", 1440),
    ("workshop", "liaison@nso.example", "/workshops/?q=labour|Labour Force Survey", 1440),
    ("request", "liaison@nso.example", "/requests/?stage=open|", 1440),
    ("needs", "manager@nso.example", "/needs/", 1440),
    ("satisfaction", "manager@nso.example", "/insight/satisfaction/", 1440),
    ("portal", "expert@labour.example", "/portal/", 1440),
    ("portal-phone", "expert@labour.example", "/portal/", 360),
]


def sign_in(page: Page, base: str, email: str) -> None:
    """Sign in through the page."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button.btn-primary")
    page.wait_for_load_state()


def open_page(page: Page, base: str, place: str) -> None:
    """Open an address, or the first row of a list whose name begins with the words after the bar."""
    address, bar, words = place.partition("|")
    page.goto(base + address)
    if bar:
        page.locator("table tbody a", has_text=re.compile(f"^{re.escape(words)}")).first.click()
        page.wait_for_load_state()


def main() -> None:
    """Take every picture."""
    base = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, email, place, width in PICTURES:
            context = browser.new_context(viewport={"width": width, "height": 1000})
            page = context.new_page()
            sign_in(page, base, email)
            open_page(page, base, place)
            page.screenshot(path=FOLDER / f"{name}.png", full_page=width < 500)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
