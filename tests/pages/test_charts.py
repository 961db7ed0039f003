"""Charts: one image with a sentence, honest about what is missing, without a word of style."""

import re

import pytest
from django.template.loader import render_to_string

from nso_contacts.pages import charts
from nso_contacts.pages.charts import Bar, Cell, Dot, Figure, Point
from tests.markup import tight


def test_dots_stand_where_their_values_are():
    drawn = charts.interval_dots([Dot("Media", 65, 47.5, 82.5)], sentence="One dot", minimum=30, reference=100)

    assert '<circle class="ch-dot" cx="50.0%"' in drawn
    assert 'class="ch-iv" x1="25.0%" x2="75.0%"' in drawn
    assert 'class="ch-ref" x1="100%" x2="100%"' in drawn.replace("100.0%", "100%")
    assert ">65%<" in drawn


def test_a_suppressed_row_shows_no_number():
    drawn = charts.interval_dots([Dot("Media", None, 40, 60)], sentence="None")

    assert "not shown" in drawn
    assert "<circle" not in drawn
    assert "ch-iv" not in drawn


def test_values_beyond_the_axis_stay_on_it():
    drawn = charts.interval_dots([Dot("Media", 20, 10, 120)], sentence="Cut", minimum=30)

    assert 'class="ch-iv" x1="0%" x2="100%"' in drawn


def test_the_longest_bar_leaves_room_for_its_label():
    drawn = charts.bars([Bar("Invited", 64, "64"), Bar("Attended", 16, "16 (25%)")], sentence="Funnel")

    assert re.findall(r'width="([\d.]+)%"', drawn) == ["72.0", "18.0"]
    assert "16 (25%)" in drawn


@pytest.mark.parametrize("draw", [charts.bars, charts.interval_dots])
def test_a_chart_of_nothing_is_drawn(draw):
    assert 'role="img"' in draw([], sentence="Nothing")


def test_a_line_breaks_where_a_value_is_missing():
    points = [Point("2021", 70, 66, 74), Point("2022", 74, 70, 78), Point("2023", None), Point("2024", 80, 76, 84)]

    drawn = charts.line(points, sentence="Rising", name="All", compare=[60, 60, 60, 60], compare_name="Europe")

    assert re.findall(r'class="ch-line" points="([^"]*)"', drawn) == ["0.0,30.0 33.33,26.0"]
    assert re.findall(r'class="ch-band" points="([^"]*)"', drawn) == ["0.0,34.0 33.33,30.0 33.33,22.0 0.0,26.0"]
    assert drawn.count("<circle") == 3
    assert ">80%<" in drawn
    assert ">Europe<" in drawn


def test_charts_escape_what_they_are_given_and_carry_no_style():
    label = '<b onclick="x">'
    drawn = "".join(
        [
            charts.interval_dots([Dot(label, 50, 40, 60)], sentence=label),
            charts.bars([Bar(label, 1, label)], sentence=label),
            charts.line(
                [Point(label, 1), Point(label, 2)], sentence=label, name=label, compare=[1, 2], compare_name=label
            ),
        ]
    )

    assert "<b" not in drawn.replace("<bdi>", "")
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert drawn.count('role="img"') == 3


def test_a_figure_says_in_its_table_what_its_chart_shows():
    rows = [
        ["Researchers", Cell("62", url="/answers/"), "79.0"],
        ["Media", Cell("3", suppressed=True), Cell("c", suppressed=True)],
    ]
    figure = Figure("seg", "Four in five", ["Segment", "Answers", "Satisfied"], rows, total=["All", 0, "80.3"])

    drawn = tight(render_to_string("parts/figure.html", {"figure": figure}))

    assert '<figure class="fig" aria-labelledby="seg-t">' in drawn
    assert '<a class="quiet" href="/answers/">62</a>' in drawn
    assert ">3<" not in drawn
    assert drawn.count('<td class="r supp">') == 2
    assert '<tr class="tot"><th scope="row">All</th><td class="r">0</td><td class="r">80.3</td></tr>' in drawn
