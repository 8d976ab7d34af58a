"""A field that holds several of its options."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.core.fields import ChoicesField

OPTIONS = [("knee", "Knee"), ("lower_back", "Lower back"), ("hip", "Hip")]
FIELD = ChoicesField(options=OPTIONS, blank=True)


@given(st.lists(st.sampled_from([key for key, _label in OPTIONS])))
def test_what_is_stored_comes_back_once_and_in_order(chosen: list[str]) -> None:
    stored = FIELD.get_prep_value(chosen)
    assert FIELD.from_db_value(stored) == [key for key, _label in OPTIONS if key in chosen]
    assert all(f"|{key}|" in stored for key in chosen)


def test_nothing_is_an_empty_text() -> None:
    assert FIELD.get_prep_value([]) == ""
    assert FIELD.from_db_value("") == FIELD.to_python(None) == []


def test_words_are_those_of_the_options() -> None:
    assert FIELD.labels(["hip", "gone"]) == ["Hip", "gone"]


def test_an_unknown_value_is_refused() -> None:
    FIELD.validate(["hip"], None)
    with pytest.raises(ValidationError, match="tail"):
        FIELD.validate(["hip", "tail"], None)


def test_options_make_no_migration() -> None:
    _name, _path, _args, kwargs = FIELD.deconstruct()
    assert "options" not in kwargs and "choices" not in kwargs
