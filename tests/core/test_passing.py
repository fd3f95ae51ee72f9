"""What is told without pandera is what pandera says, for each column of each schema."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from pandas.testing import assert_frame_equal

from planner.core import schemas
from planner.core.passing import passed

SCHEMAS = [s for s in vars(schemas).values() if isinstance(s, pa.DataFrameSchema)]
DAY = "datetime64[s]"
# Columns of all types, with cells at and beyond each border; most are wrong for each
# column of a schema.
COLUMNS = [
    *([word] * 2 for word in ("customer", "exact", "given", "rep", "owner", "won", "")),
    *([word] * 2 for word in ("new", "2026", "2026-03", "2026-3", "2026\n")),
    ["customer", "x"],
    [None, "x"],
    [None, None],
    *(
        pd.Series([least, most], dtype=kind)
        for kind in ("int64", "Int64", "float64", "int32", "object")
        for least, most in ((0, 1), (-1, 0), (0, 1_000_001), (1, 1_000_000), (90, 181))
    ),
    *(
        pd.Series([0.5, cell], dtype="float64")
        for cell in (np.nan, np.inf, -np.inf, -0.1, 1.0000001, 180.0, -180.5)
    ),
    pd.Series([1, None], dtype="Int64"),
    pd.Series([None, None], dtype="Int64"),
    pd.Series([True, False]),
    pd.Series([True, None], dtype="boolean"),
    *(
        pd.Series(["2026-01-31", day], dtype=kind)
        for day in (
            "2026-02-28",
            None,
            "2262-04-11",
            "1677-09-22",
            "2026-01-01 10:00:01",
        )
        for kind in (DAY, "datetime64[ns]", "datetime64[us]")
    ),
    *(
        pd.Series(["2026-01-31", day], dtype=DAY)
        for day in ("2262-04-12", "9999-12-31")
    ),
    pd.Series(pd.to_datetime(["2026-01-31", "2026-02-28"]).tz_localize("UTC")),
    pd.Series(["a", "b"], dtype="string"),
    pd.Series(["a", "b"], dtype="object"),
    pd.Series(["a", "b"], dtype="category"),
]


def through_pandera(frame, schema):
    """Check as if nothing could be told without it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schemas, "passed", lambda *_: None)
        return schemas.check(frame, schema)


def agrees(frame, schema):
    """Tell whether a frame was passed; if so, pandera must give the very same."""
    found = passed(frame, schema)
    if found is not None:
        assert_frame_equal(found, through_pandera(frame, schema))
    return found is not None


def kinds_of_columns():
    """Give one column of each type with the same nulls and checks."""
    found = {}
    for schema in SCHEMAS:
        for name, column in schema.columns.items():
            asked = [(check.name, check.statistics) for check in column.checks]
            found.setdefault(
                repr((column.dtype, column.nullable, asked)), (name, column)
            )
    return list(found.values())


@pytest.mark.parametrize(("name", "column"), kinds_of_columns())
def test_no_cell_passes_that_pandera_refuses_or_changes(name, column):
    schema = pa.DataFrameSchema({name: column}, strict=True, name="one")
    n_passed = sum(agrees(pd.DataFrame({name: cells}), schema) for cells in COLUMNS)
    assert 0 < n_passed < len(COLUMNS) or str(column.dtype) == "geometry"


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_columns_and_ids_are_those_of_the_schema(schema):
    if schema.name == "units":
        return
    good = schemas.empty(schema)
    assert agrees(good, schema)
    assert agrees(good[good.columns[::-1]], schema)
    assert passed(good.assign(more=1), schema) is None
    assert passed(good.iloc[:, 1:], schema) is None
    assert passed(pd.concat([good, good.iloc[:, :1]], axis=1), schema) is None
    if schema.index is not None:
        assert passed(good.rename_axis("other"), schema) is None
        assert passed(good.reset_index(drop=True), schema) is None


@pytest.mark.parametrize(
    ("ids", "is_right"),
    [(["a", "b"], True), (["a", "a"], False), (["a", None], False), ([1, 2], False)],
)
def test_ids_are_texts_each_once(ids, is_right):
    kind = "int64" if ids == [1, 2] else "str"
    index = pd.Index(ids, name="unit_id", dtype=kind)
    frame = pd.DataFrame({"territory_id": ["x", None]}, index=index)
    assert agrees(frame, schemas.ALIGNMENT) == is_right


def test_what_must_be_unique_together_is():
    frame = pd.DataFrame(
        {"deal_id": ["D", "D"], "position_id": ["P", "Q"], "share_ppm": [1, 2]}
    )
    assert agrees(frame, schemas.SPLITS)
    assert passed(frame.assign(position_id="P"), schemas.SPLITS) is None


def test_what_it_gives_is_a_frame_of_its_own():
    frame = pd.DataFrame(
        {"territory_id": ["x"]}, index=pd.Index(["u"], name="unit_id", dtype="str")
    )
    found = schemas.check(frame, schemas.ALIGNMENT)
    found.loc["u", "territory_id"] = "y"
    assert frame.loc["u", "territory_id"] == "x"


def test_an_unknown_check_is_left_to_pandera():
    schema = pa.DataFrameSchema({"n": pa.Column("Int64", pa.Check.lt(3))})
    assert passed(pd.DataFrame({"n": [1]}), schema) is None
