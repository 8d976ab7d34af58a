"""The dose, in words and in JSON."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.programs.dose import Dose, EffortKind, LoadUnit, Side, convert_load

WORDS: list[tuple[dict[str, Any], str]] = [
    (
        {
            "sets": 3,
            "reps": 8,
            "side": "each",
            "effort_kind": "rpe",
            "effort": "7",
            "tempo": "3-1-1",
            "rest_seconds": 90,
        },
        "3 × 8 each side @ RPE 7, tempo 3-1-1, rest 90 s",
    ),
    ({"sets": 3, "reps": 8}, "3 × 8"),
    ({"sets": 3, "reps": 8, "reps_max": 12}, "3 × 8–12"),
    ({"sets": 2, "reps": 8, "reps_max": 8}, "2 × 8"),
    ({"reps": 10}, "10"),
    ({"sets": 4}, "4 sets"),
    ({"sets": 1}, "1 set"),
    ({"sets": 3, "hold_seconds": 30}, "3 × 30 s hold"),
    ({"sets": 3, "reps": 5, "hold_seconds": 10, "side": "left"}, "3 × 5 × 10 s hold left"),
    ({"sets": 3, "reps": 8, "side": "right"}, "3 × 8 right"),
    ({"sets": 4, "distance_m": 20, "side": "each"}, "4 × 20 m each side"),
    ({"sets": 3, "reps": 8, "load_value": "20", "load_unit": "kg"}, "3 × 8, 20 kg"),
    ({"sets": 3, "reps": 8, "load_value": "17.5", "load_unit": "lb"}, "3 × 8, 17.5 lb"),
    ({"sets": 3, "reps": 8, "load_unit": "bodyweight"}, "3 × 8, bodyweight"),
    ({"sets": 3, "reps": 8, "load_unit": "band"}, "3 × 8, band"),
    ({"sets": 3, "reps": 8, "load_unit": "band", "load_note": "green"}, "3 × 8, green band"),
    ({"sets": 3, "reps": 8, "load_note": "a full backpack"}, "3 × 8, a full backpack"),
    ({"sets": 5, "reps": 3, "load_value": "82.5", "load_unit": "percent"}, "5 × 3, 82.5% of max"),
    ({"sets": 3, "reps": 8, "effort": "2", "effort_kind": "rir"}, "3 × 8 @ 2 in reserve"),
    ({"sets": 3, "reps": 8, "effort": "7.5", "effort_kind": "rpe"}, "3 × 8 @ RPE 7.5"),
    (
        {"sets": 3, "reps": 8, "load_value": "24", "load_unit": "kg", "effort": "8"},
        "3 × 8, 24 kg @ RPE 8",
    ),
    ({"effort": "6"}, "@ RPE 6"),
    ({"rest_seconds": 60}, "rest 60 s"),
    ({}, ""),
]


@pytest.mark.parametrize(("values", "words"), WORDS, ids=[words or "nothing" for _, words in WORDS])
def test_a_dose_reads_as_words(values: dict[str, Any], words: str) -> None:
    assert Dose.from_dict(values).in_words() == words


def test_loads_are_told_in_the_readers_unit() -> None:
    dose = Dose(sets=3, reps=8, load_value=Decimal("20"), load_unit="kg")
    assert dose.in_words(unit="lb") == "3 × 8, 44 lb"
    assert dose.in_words(unit="kg") == "3 × 8, 20 kg"


@pytest.mark.parametrize("unit", ["kg", "lb"])
def test_a_percentage_or_a_band_is_never_converted(unit: str) -> None:
    assert Dose(load_value=Decimal(70), load_unit="percent").in_words(unit) == "70% of max"
    assert Dose(load_unit="band", load_note="red").in_words(unit) == "red band"


halves = st.integers(min_value=0, max_value=2000).map(lambda n: Decimal(n) / 2)
units = st.sampled_from([LoadUnit.KG, LoadUnit.LB])


@given(value=halves, source=units, target=units)
def test_a_load_converted_there_and_back_is_within_half_a_unit(
    value: Decimal, source: str, target: str
) -> None:
    there = convert_load(value, source, target)
    back = convert_load(there, target, source)
    # Rounding to half a kilogram hides up to a quarter kilogram: 0.55 lb, shown to half a pound.
    limit = Decimal("0.5") if source == LoadUnit.KG or source == target else Decimal(1)
    assert abs(back - value) <= limit
    assert there * 2 == int(there * 2)


def test_a_pound_is_what_the_treaty_says() -> None:
    assert convert_load(Decimal(100), "lb", "kg") == Decimal("45.5")  # 45.359…
    assert convert_load(Decimal(45), "lb", "kg") == Decimal("20.5")  # 20.41…
    assert convert_load(Decimal(20), "kg", "lb") == Decimal(44)  # 44.09…


numbers = st.none() | st.integers(min_value=1, max_value=900)
decimals = st.none() | st.decimals(min_value=0, max_value=1000, places=2)
doses = st.builds(
    Dose,
    sets=numbers,
    reps=numbers,
    reps_max=numbers,
    hold_seconds=numbers,
    distance_m=numbers,
    load_value=decimals,
    load_unit=st.sampled_from(["", *LoadUnit.values]),
    load_note=st.text(max_size=60),
    effort_kind=st.sampled_from(["", *EffortKind.values]),
    effort=decimals,
    tempo=st.sampled_from(["", "3-1-1", "4-0-X"]),
    rest_seconds=numbers,
    side=st.sampled_from(Side.values),
)


@given(dose=doses)
def test_a_dose_survives_json(dose: Dose) -> None:
    assert Dose.from_dict(dose.to_dict()) == dose


@given(dose=doses)
def test_every_dose_can_be_said(dose: Dose) -> None:
    for unit in ("", "kg", "lb"):
        assert isinstance(dose.in_words(unit), str)


def test_unknown_keys_and_empty_values_are_left_out() -> None:
    assert Dose.from_dict({"sets": 3, "reps": "", "color": "red"}) == Dose(sets=3)
    assert Dose.from_dict(None) == Dose()
    assert Dose(sets=3).to_dict() == {"sets": 3, "side": "both"}
