"""The bench runs on a small office: every operation once, ours and the baseline's, and leaves no trace."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.db import connection

from benchmarks import report, run
from benchmarks.figures import Ratio, Row
from benchmarks.visitors import Sample
from nso_contacts.office.models import Office
from stakeholders.models import Interaction, Participant
from tests.factories import OrganisationFactory, PersonFactory

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from /proc")


@pytest.fixture
def state(transactional_db, monkeypatch):
    """The database of the test for processes of their own, and a place for their logs."""
    known = connection.settings_dict
    socket = known["OPTIONS"].get("host") or known["HOST"]
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{known['USER']}@/{known['NAME']}?host={socket}")
    monkeypatch.setenv("DEBUG", "on")  # no static files are collected here
    yield folder
    shutil.rmtree(folder)


def test_a_round_measures_ours_beside_the_baseline_and_leaves_no_trace(state, liaison_with_contacts):
    before = Interaction.objects.count()

    rows = list(run.everything(state, seconds=0.01, slices=1, only=["first page", "quick log", "workers"]))

    assert [row.name for row in rows] == ["people, first page", "quick log, POST", "two web workers"]
    assert {"ours c=1", "baseline c=8", "floor c=1", "statements"} <= rows[0].cells.keys()
    assert rows[0].p50 > 0
    assert [ratio.what for ratio in rows[2].ratios] == ["memory / baseline", "cold start / baseline"]
    assert Interaction.objects.count() == before


@pytest.fixture
def liaison_with_contacts(transactional_db, liaison):
    """Somebody to measure with, and a person and an organisation with a contact."""
    assert liaison.email == run.WHO
    Office.objects.get_or_create(pk=1)
    ministry = OrganisationFactory()
    amina = PersonFactory(name="Amina Haddad", organisation=ministry)
    contact = Interaction.objects.create(
        author=liaison, channel="PHONE", subject="Wages", occurred_at="2026-01-05T10:00Z"
    )
    for subject in ({"person": amina}, {"organisation": ministry}):
        Participant.objects.create(interaction=contact, side="OUTSIDE", occurred_at=contact.occurred_at, **subject)


@pytest.mark.parametrize(
    ("ratio", "met"),
    [
        (Ratio("p50", 0.354, most=0.35), True),
        (Ratio("p50", 0.356, most=0.35), False),
        (Ratio("rate", 2.99, least=3), False),
        (Ratio("rate", 3.0, least=3), True),
    ],
)
def test_a_goal_is_judged_by_the_figure_that_is_printed(ratio, met):
    assert ratio.met is met


def test_a_page_holds_the_figures_of_every_size_and_what_was_written_by_hand(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "KEPT", tmp_path / "figures")
    monkeypatch.setattr(report, "PAGE", tmp_path / "benchmarks.md")
    report.PAGE.write_text(f"# Benchmarks\n\n{report.BEGIN}\nold\n{report.END}\n\n## Slow queries\n")
    for size, p50 in (("small", 10.0), ("large", 20.0)):
        report.keep(size, [Row("people, page 7", p50=p50, ratios=[Ratio("p50", 2, most=1)])], seconds=1)

    text = report.PAGE.read_text()

    assert "| people, page 7 |  | p50 2.00 (goal ≤ 1) **not met** |" in text
    assert "| people, page 7 | 10.0 | 20.0 |" in text
    assert "old" not in text
    assert text.endswith("\n\n## Slow queries\n")


def test_a_sample_knows_its_middle_its_slow_end_and_its_rate():
    sample = Sample([float(n) for n in range(1, 101)], seconds=2)
    assert (sample.p50, sample.p95, sample.rate) == (50.5, 96.0, 50.0)
