"""The sentence at the top says what the numbers say, whichever way they went."""

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from kizuna.review.report.answer import Cell, answer, total
from kizuna.review.report.material import ReportMaterial
from kizuna.review.report.measures import KNOWN, in_order, known, number, signed

Make = Callable[..., ReportMaterial]


@pytest.mark.parametrize(
    ("national", "shared", "sentence"),
    [
        pytest.param(
            {"JPN": 0.52, "AUS": 0.70},
            {"JPN": 0.93, "AUS": 0.93},
            "Sharing raised the mean completeness from 0.61 to 0.93; JPN gains most (+0.41).",
            id="all gain",
        ),
        pytest.param(
            {"JPN": 0.5, "AUS": 0.9},
            {"JPN": 0.8, "AUS": 0.86},
            "Sharing raised the mean completeness from 0.70 to 0.83; JPN gains (+0.30), AUS loses (−0.04).",
            id="one gains more than the other loses",
        ),
        pytest.param(
            {"JPN": 0.9, "AUS": 0.8},
            {"JPN": 0.6, "AUS": 0.7},
            "Sharing lowered the mean completeness from 0.85 to 0.65; JPN loses most (−0.30).",
            id="all lose",
        ),
        pytest.param(
            {"JPN": 0.9, "AUS": 0.5},
            {"JPN": 0.5, "AUS": 0.6},
            "Sharing lowered the mean completeness from 0.70 to 0.55; JPN loses (−0.40), AUS gains (+0.10).",
            id="one loses more than the other gains",
        ),
        pytest.param(
            {"JPN": 0.801, "AUS": 0.6},
            {"JPN": 0.799, "AUS": 0.602},
            "Sharing left the mean completeness at 0.70.",
            id="differences too small to show",
        ),
        pytest.param(
            {"JPN": 0.8, "AUS": 0.6},
            {"JPN": 0.6, "AUS": 0.8},
            "Sharing left the mean completeness at 0.70; AUS gains (+0.20), JPN loses (−0.20).",
            id="equal in the mean alone",
        ),
        pytest.param(
            {"JPN": 0.5, "AUS": 0.6},
            {"JPN": 0.7, "AUS": 0.8},
            "Sharing raised the mean completeness from 0.55 to 0.75; every node gains the same (+0.20).",
            id="all gain the same",
        ),
        pytest.param(
            {"JPN": 0.496, "AUS": 0.546},
            {"JPN": 0.494, "AUS": 0.544},
            "Sharing left the mean completeness at 0.52; every node loses the same (−0.01).",
            id="all lose the same, too little to show in the mean",
        ),
        pytest.param(
            {"JPN": 0.5},
            {"JPN": 0.7},
            "Sharing raised the mean completeness from 0.50 to 0.70.",
            id="one node",
        ),
        pytest.param(
            {"JPN": math.nan},
            {"JPN": 0.7},
            "Completeness was not measured, so that there is no answer here.",
            id="not measured",
        ),
    ],
)
def test_the_sentence_follows_the_numbers(
    with_completeness: Make, national: dict[str, float], shared: dict[str, float], sentence: str
) -> None:
    made = with_completeness({"national": national, "shared": shared})
    assert answer(made).sentence == sentence


def test_the_best_of_several_variants_is_named_with_how_many_there_were(with_completeness: Make) -> None:
    made = with_completeness(
        {"national": {"JPN": 0.5}, "shared": {"JPN": 0.6}, "joint": {"JPN": 0.9}, "late": {"JPN": 0.4}}
    )
    assert answer(made).sentence == (
        "The variant joint raised the mean completeness from 0.50 to 0.90, "
        "the best of 3 variants tried against national."
    )


def test_variants_that_are_equally_good_are_no_best_of_several(with_completeness: Make) -> None:
    made = with_completeness({"national": {"JPN": 0.5}, "parallel": {"JPN": 0.6}, "joint": {"JPN": 0.6}})
    assert "best of" not in answer(made).sentence


def test_one_variant_alone_claims_no_gain(with_completeness: Make) -> None:
    said = answer(with_completeness({"national": {"JPN": 0.52, "AUS": 0.70}}))
    assert said.sentence == (
        "With one variant, national, there is nothing to compare: "
        "the mean completeness is 0.61, highest for AUS (0.70) and lowest for JPN (0.52)."
    )
    assert (said.better, said.worse) == ("", "")


def test_nothing_scored_is_said(with_completeness: Make) -> None:
    assert answer(with_completeness({})).sentence == "No picture was scored."
    assert answer(with_completeness({"national": {}})).sentence == "No picture was scored."


def test_what_got_worse_is_always_said(material: ReportMaterial) -> None:
    """In the made-up exercise sharing costs accuracy and brings spurious tracks."""
    said = answer(material)
    first, best = material.variants
    for key in ("ambiguity", "spurious", "rmse_m", "false", "id_switches"):
        measure = known(key)
        change = f"{measure.text(total(first, key))} → {measure.text(total(best, key))}"
        assert change in said.worse
        assert change not in said.better
    assert known("gospa_m").text(total(best, "gospa_m")) in said.better
    assert "localisation" not in said.better + said.worse, (
        "it grows with what is held: neither better nor worse"
    )


def test_the_table_shows_values_changes_and_verdicts(material: ReportMaterial) -> None:
    rows = {row.measure.key: row for row in answer(material).table}
    assert list(rows) == [measure.key for measure in in_order(set(rows))]
    assert rows["commonality"].cells == (Cell("0.31", "", ""), Cell("0.88", "+0.57", "better"))
    assert rows["rmse_m"].cells[1].verdict == "worse"
    assert rows["gospa_localisation_m"].cells[1].verdict == ""
    for row in rows.values():
        values = [float(cell.value.replace(",", "")) for cell in row.cells]
        change = float(re.sub("[+,±]", "", row.cells[1].change).replace("−", "-"))
        assert change == pytest.approx(values[1] - values[0], abs=1e-9), "a reader can check it on the page"


def test_a_measure_that_nobody_knows_is_shown_without_a_verdict(with_completeness: Make) -> None:
    made = with_completeness({"national": {"JPN": 0.5}, "shared": {"JPN": 0.6}}, new_thing=0.25)
    row = answer(made).table[-1]
    assert (row.measure.label, row.cells[1].verdict) == ("new thing", "same")


def test_a_missing_value_takes_part_in_no_mean(with_completeness: Make) -> None:
    made = with_completeness({"national": {"JPN": math.nan, "AUS": 0.4}})
    assert total(made.variants[0], "completeness") == 0.4
    assert math.isnan(total(made.variants[0], "gospa_m"))
    assert total(replace(made.variants[0], overall={"completeness": 0.9}), "completeness") == 0.9


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.926, 2, "0.93"),
        (1234.5, 0, "1,234"),
        (-0.001, 2, "0.00"),
        (-12.34, 1, "−12.3"),
        (math.nan, 2, "–"),
        (math.inf, 0, "–"),
    ],
)
def test_numbers_have_sensible_digits(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.41, "+0.41"), (-0.41, "−0.41"), (0.0, "±0"), (math.nan, "–"), (-1234.0, "−1,234.00")],
)
def test_changes_have_a_sign(value: float, text: str) -> None:
    assert signed(value, 2) == text


def test_every_measure_is_explained_once() -> None:
    keys = [measure.key for measure in KNOWN]
    assert len(keys) == len(set(keys))
    assert all(measure.meaning.endswith(".") for measure in KNOWN)
