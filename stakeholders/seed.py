"""Code lists every office starts with: statistical domains (CSA Rev.1 of 2009) and the UN Handbook's user segments."""

import csv
from pathlib import Path

from django.apps import apps as installed

DATA = Path(__file__).resolve().parent / "data"

# code, title, version, used for new records
SCHEMES = [
    ("SDMX-SMD-2009", "SDMX statistical subject-matter domains (2009)", "2009", True),
    ("CSA-REV1-2009", "Classification of Statistical Activities, Rev.1 (2009), domains 4 and 5", "2009", False),
]

SEGMENTS = [
    ("GOVERNMENT", "Central government"),
    ("SUBNATIONAL_GOVERNMENT", "Regional and local government"),
    ("BUSINESS", "Business"),
    ("MEDIA", "Media"),
    ("EDUCATION", "Education"),
    ("RESEARCH", "Research"),
    ("INTERNATIONAL", "International organisations"),
    ("GENERAL_PUBLIC", "General public"),
]


def seed_code_lists(*, apps=installed, **kwargs):
    """Lay down the code lists where there are none yet. Also runs after a database was emptied (`flush`)."""
    scheme_model = apps.get_model("stakeholders", "DomainScheme")
    domain_model = apps.get_model("stakeholders", "StatisticalDomain")
    segment_model = apps.get_model("stakeholders", "UserSegment")
    if not scheme_model.objects.exists():
        for code, title, version, is_default in SCHEMES:
            scheme = scheme_model.objects.create(code=code, title=title, version=version, is_default=is_default)
            made = {}
            with (DATA / f"{code}.csv").open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    made[row["code"]] = domain_model.objects.create(
                        scheme=scheme,
                        code=row["code"],
                        title=row["title"],
                        description=row["description"],
                        parent=made.get(row["parent"]),
                    )
    if not segment_model.objects.exists():
        segment_model.objects.bulk_create(
            segment_model(code=code, title=title, position=position)
            for position, (code, title) in enumerate(SEGMENTS, start=1)
        )
