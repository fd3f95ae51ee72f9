"""What is saved comes back: values, types and nothings."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from planner.core import schemas
from planner.core.errors import SchemaError
from planner.store import open_store
from planner.store.company import accounts, companies, deals, team
from planner.store.rows import frames

TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12
)
WHOLE = st.integers(0, 2**62)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))
ALLOWED = {
    "geo_source": schemas.GEO_SOURCES,
    "geo_precision": schemas.GEO_PRECISIONS,
    "status": schemas.STATUSES,
    "role": schemas.ROLES,
    "stage": schemas.STAGES,
    "kind": schemas.DEAL_KINDS,
}
SHARES = st.floats(0, 1, allow_nan=False)


def cells(name, column):
    """Draw the cells of one column of a schema."""
    kind = str(column.dtype)
    if name in ALLOWED:
        values = st.sampled_from(ALLOWED[name])
    elif kind == "Int64":
        values = st.integers(1, 1_000_000) if name == "share_ppm" else WHOLE
    elif kind.startswith("datetime64"):
        values = DAYS
    elif kind == "float64":
        values = SHARES
    elif kind == "bool":
        values = st.booleans()
    else:
        values = TEXT
    return st.none() | values if column.nullable else values


def rows_of(schema):
    """Draw a frame of a schema that has ids."""
    row = st.fixed_dictionaries(
        {name: cells(name, column) for name, column in schema.columns.items()}
    )
    return st.dictionaries(TEXT, row, max_size=4).map(lambda rows: made(schema, rows))


def made(schema, rows):
    """Make a frame of the schema's types, dates by the second."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(schema.columns))
    frame.index = pd.Index(list(rows), dtype="str", name=schema.index.name)
    for name, column in schema.columns.items():
        kind = str(column.dtype)
        kind = "datetime64[s]" if kind.startswith("datetime64") else kind
        frame[name] = frame[name].astype("str" if kind.startswith("string") else kind)
    return frame.sort_index(key=lambda ids: ids.map(str.encode))


SAVED = [
    (schemas.ACCOUNTS, accounts.save_accounts, accounts.load_accounts),
    (schemas.POSITIONS, team.save_positions, team.load_positions),
    (schemas.REPS, team.save_reps, team.load_reps),
    (schemas.DEALS, deals.save_deals, deals.load_deals),
    (schemas.VISITS_MADE, deals.save_visits_made, deals.load_visits_made),
]


@pytest.fixture(scope="module")
def kept(stores):
    """Open one store and company for all examples: saves replace."""
    url = stores.new()
    store = open_store(url)
    with store.transaction() as conn:
        company = companies.create_company(
            conn,
            name="x",
            kind="own",
            currency="USD",
            as_of=dt.date(2026, 1, 1),
            user="u",
        )
    yield store, company.company_id
    store.close()
    stores.drop(url)


@pytest.mark.parametrize(
    ("schema", "save", "load"),
    SAVED,
    ids=lambda part: part.name if hasattr(part, "name") else "",
)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_frames_come_back_as_they_were(kept, schema, save, load, data):
    store, company_id = kept
    frame = data.draw(rows_of(schema))
    with store.transaction() as conn:
        assert save(conn, company_id, frame) == len(frame)
        loaded = load(conn, company_id)
    pd.testing.assert_frame_equal(loaded, frame, check_exact=True)


def test_frames_without_ids_come_back(store, company_id):
    splits = pd.DataFrame(
        {
            "deal_id": pd.Series(["D1", "D1"], dtype="str"),
            "position_id": pd.Series(["P1", "P2"], dtype="str"),
            "share_ppm": pd.array([400_000, 600_000], dtype="Int64"),
        }
    )
    edges = pd.DataFrame(
        {
            "unit_id": pd.Series(["U1"], dtype="str"),
            "neighbour_id": pd.Series(["U2"], dtype="str"),
            "border_m": [12.5],
            "is_bridge": [True],
        }
    )
    with store.transaction() as conn:
        deals.save_splits(conn, company_id, splits)
        companies.save_edges(conn, company_id, edges)
        pd.testing.assert_frame_equal(deals.load_splits(conn, company_id), splits)
        pd.testing.assert_frame_equal(companies.load_edges(conn, company_id), edges)


def test_units_come_back_in_degrees(store, company_id):
    units = gpd.GeoDataFrame(
        {"name": ["Cook"], "region": ["IL"]},
        geometry=[box(-88, 41, -87, 42)],
        crs="EPSG:4326",
        index=pd.Index(["17031"], dtype="str", name="unit_id"),
    )
    with store.transaction() as conn:
        companies.save_units(conn, company_id, units.to_crs("EPSG:3857"))
        loaded = companies.load_units(conn, company_id)
    assert loaded.crs.to_epsg() == 4326
    assert loaded.geometry.iloc[0].equals_exact(units.geometry.iloc[0], 1e-9)
    assert loaded["name"].tolist() == ["Cook"]


def test_overlays_keep_the_columns_they_came_with(store, company_id):
    given_frame = pd.DataFrame(
        {
            "position_id": pd.Series(["P-O1", "P-O2"], dtype="str"),
            "territory_id": pd.Series(["T01", None], dtype="str"),
            "share_ppm": pd.array([1_000_000, None], dtype="Int64"),
        }
    )
    with store.transaction() as conn:
        team.save_overlays(conn, company_id, given_frame)
        loaded = team.load_overlays(conn, company_id)
    pd.testing.assert_frame_equal(loaded, given_frame)


@pytest.mark.parametrize("schema", [s for s, _, _ in SAVED], ids=lambda s: s.name)
def test_a_company_without_rows_reads_as_an_empty_frame(kept, schema):
    store, _ = kept
    save, load = next((s, r) for found, s, r in SAVED if found is schema)
    with store.reading() as conn:
        loaded = load(conn, "C-NONE")
    assert loaded.empty
    assert list(loaded.columns) == list(schema.columns)
    assert callable(save)


def test_companies_do_not_see_each_other(store, company_id):
    with store.transaction() as conn:
        other = companies.create_company(
            conn,
            name="Other",
            kind="empty",
            currency="USD",
            as_of=dt.date(2026, 1, 1),
            user="u",
        )
        team.save_positions(conn, company_id, positions("P1"))
        team.save_positions(conn, other.company_id, positions("P1", "P2"))
        team.save_positions(conn, other.company_id, positions())
        assert list(team.load_positions(conn, company_id).index) == ["P1"]


def positions(*ids):
    rows = {
        position_id: {
            "title": "Rep",
            "role": "rep",
            "parent_id": None,
            "territory_id": None,
        }
        for position_id in ids
    }
    return made(schemas.POSITIONS, rows)


def test_a_frame_that_breaks_its_schema_changes_nothing(store, company_id):
    with store.transaction() as conn:
        team.save_positions(conn, company_id, positions("P1"))
    wrong = positions("P2")
    wrong["role"] = "king"

    def save_wrong():
        with store.transaction() as conn:
            team.save_positions(conn, company_id, wrong)

    with pytest.raises(SchemaError, match="king"):
        save_wrong()
    with store.reading() as conn:
        assert list(team.load_positions(conn, company_id).index) == ["P1"]


def test_updated_accounts_replace_their_own_rows_only(store, company_id):
    first = example_accounts("A1", "A2", name="old")
    changed = example_accounts("A2", "A3", name="new")
    with store.transaction() as conn:
        accounts.save_accounts(conn, company_id, first)
        accounts.update_accounts(conn, company_id, changed)
        loaded = accounts.load_accounts(conn, company_id)
        some = accounts.load_accounts(conn, company_id, ["A3", "A9"])
    assert loaded["name"].to_dict() == {"A1": "old", "A2": "new", "A3": "new"}
    assert list(some.index) == ["A3"]


def example_accounts(*ids, name="Ann's"):
    values = dict.fromkeys(schemas.ACCOUNTS.columns) | {
        "name": name,
        "lat": 41.0,
        "lon": -87.0,
        "geo_source": "given",
        "geo_precision": "exact",
        "status": "customer",
    }
    return made(schemas.ACCOUNTS, dict.fromkeys(ids, values))


def test_any_small_frame_goes_through_json():
    frame = pd.DataFrame(
        {
            "a": pd.Series(["x", None], dtype="str"),
            "b": [1, 2],
            "c": [0.5, float("nan")],
            "d": [True, False],
            "e": pd.to_datetime(["2026-01-31", None]).astype("datetime64[s]"),
        }
    )
    back = frames.json_frame(frames.frame_json(frame))
    pd.testing.assert_frame_equal(back, frame)


def test_segment_rules_get_a_version_when_they_change(store, company_id):
    rules = [{"name": "big", "expression": "employees > 100"}]
    with store.transaction() as conn:
        first = accounts.save_segment_rules(conn, company_id, rules, user="ann")
        same = accounts.save_segment_rules(conn, company_id, rules, user="bob")
        second = accounts.save_segment_rules(conn, company_id, [], user="bob")
        assert (first, same, second) == (1, 1, 2)
        assert accounts.load_segment_rules(conn, company_id).rules == []
        assert accounts.load_segment_rules(conn, company_id, 1).rules == rules


def test_an_import_is_kept_with_its_findings(store, company_id):
    findings = pd.DataFrame({"code": ["far"], "row": [3], "value": ["12"]})
    with store.transaction() as conn:
        import_id = accounts.record_import(
            conn,
            company_id,
            file_name="a.csv",
            kind="accounts",
            mapping={"account_id": "Id"},
            rows_read=4,
            rows_accepted=3,
            rows_rejected=1,
            verdict="reject_rows",
            findings=findings,
            user="ann",
        )
        loaded = accounts.load_findings(conn, import_id)
        listed = accounts.list_imports(conn, company_id)
    assert loaded["row"].tolist() == [3]
    assert listed.loc[import_id, "verdict"] == "reject_rows"
