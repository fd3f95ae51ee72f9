"""Frames are checked at the borders, and each fault names row, column, value, rule."""

import pytest

from planner.core import schemas
from planner.core.errors import SchemaError


@pytest.fixture
def splits():
    """One deal shared 60 to 40."""
    frame = schemas.empty(schemas.SPLITS)
    frame.loc[0] = ["D1", "P1", 600_000]
    frame.loc[1] = ["D1", "P2", 400_000]
    return frame


def test_a_good_frame_passes(splits):
    checked = schemas.check(splits, schemas.SPLITS)
    assert list(checked["share_ppm"]) == [600_000, 400_000]


def test_a_fault_names_row_column_value_and_rule(splits):
    splits.loc[1, "share_ppm"] = 2_000_000
    with pytest.raises(SchemaError) as caught:
        schemas.check(splits, schemas.SPLITS)
    fault = caught.value.rows[0]
    assert (fault.row, fault.column, fault.value) == ("1", "share_ppm", "2000000")
    assert "must lie in" in fault.rule


def test_a_missing_column_is_named(splits):
    with pytest.raises(SchemaError, match=r"share_ppm.*missing"):
        schemas.check(splits.drop(columns="share_ppm"), schemas.SPLITS)


@pytest.mark.parametrize(
    "schema",
    [s for s in vars(schemas).values() if hasattr(s, "validate") and s.name != "units"],
    ids=lambda schema: schema.name,
)
def test_an_empty_frame_passes_its_own_schema(schema):
    assert len(schemas.check(schemas.empty(schema), schema)) == 0


def test_dates_are_whole_seconds_and_text_is_text(splits):
    """What pandera's coercion changes is changed back, also in empty frames."""
    visits = schemas.check(schemas.empty(schemas.VISITS_MADE), schemas.VISITS_MADE)
    assert str(visits["visited_on"].dtype) == "datetime64[s]"
    assert str(visits["rep_id"].dtype) == "str"
    assert str(schemas.check(splits, schemas.SPLITS)["deal_id"].dtype) == "str"
