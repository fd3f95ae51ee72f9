"""What leaves the store comes back as it was, is remembered, and is recognised."""

from __future__ import annotations

import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.reading.sources import SUFFIXES, read_source
from planner.cli.main import main
from planner.core.errors import InputError, NotFoundError
from planner.core.files.geofiles import read_note
from planner.core.files.tables import encode_frame, in_money
from planner.services.exports import files, tables
from planner.services.scenarios.listing import rename, scenario, scenarios
from planner.services.visits.plans import save_plan
from planner.services.workspace import Workspace
from planner.store.audit import exports as export_rows
from planner.store.audit.log import load_audit
from tests.gestures import accepted
from tests.services.conftest import BROWN, DANE, MILWAUKEE
from tests.stores import SQLITE_ONLY

EVIL = "=HYPERLINK(1)"
ROUND_TRIPS = [
    (offer, form)
    for offer, forms in {
        "accounts": ("csv", "xlsx", "parquet", "geojson", "gpkg"),
        "units": ("parquet", "geojson", "gpkg"),
        "reps": ("csv", "xlsx", "parquet"),
        "positions": ("csv", "xlsx", "parquet"),
        "deals": ("csv", "xlsx", "parquet"),
        "quotas": ("csv", "xlsx", "parquet"),
        "visits_made": ("csv", "xlsx", "parquet"),
    }.items()
    for form in forms
    if f".{form}" in SUFFIXES
]


@pytest.fixture
def trimmed(sample):
    """Keep a few hundred rows of each kind of the sample company."""
    with sample.store.transaction() as conn:
        for table, key in (
            ("account", "account_id"),
            ("deal", "deal_id"),
            ("visit_made", "visit_id"),
        ):
            query = f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET 200"  # noqa: S608
            last = conn.exec_driver_sql(query).scalar()
            conn.execute(sa.text(f"DELETE FROM {table} WHERE {key} > :k"), {"k": last})  # noqa: S608
    return sample


def read_back(content: bytes, name: str, kind: str) -> pd.DataFrame:
    """Import an exported file as it stands."""
    report = import_table(
        read_source(content, name), ImportContext(kind=kind, currency="USD")
    )
    assert report.rows_rejected == 0, report.summary()
    return report.frame


def in_order(frame: pd.DataFrame, columns) -> pd.DataFrame:
    flat = frame.reset_index() if frame.index.name else frame
    return flat[list(columns)].reset_index(drop=True)


@pytest.mark.parametrize(("what", "form"), ROUND_TRIPS)
def test_what_is_exported_imports_as_it_was(trimmed, what, form):
    """Export, import: the rows of the store; and once more: the same rows."""
    made = files.export(trimmed, what, form)
    first = read_back(made.content, made.name, what)
    frame = tables.TABLES[what].make(trimmed, scenarios(trimmed)[0].scenario_id)
    assert len(first) == len(frame) == made.n_rows > 0
    again = in_money(first, "USD", has_currency_column=True)
    again = again.reset_index() if again.index.name else again
    if what == "units":  # the territory beside them is kept as a column of their own
        again, frame = again.drop(columns="custom"), frame.drop(columns="custom")
    told = [name for name in frame.columns if name in again.columns]
    assert len(told) >= 4
    pd.testing.assert_frame_equal(
        in_order(again, told),
        in_order(frame, told),
        check_dtype=False,
        check_frame_type=False,
    )


TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"])
    | st.sampled_from(list("=+-@＝＠'\"`$\\{};,\t\n<>")),
    max_size=12,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.text(alphabet="=+-@'0123456789EMARCH", min_size=1),
            "name": TEXTS.filter(lambda text: bool(text.strip(" \u00a0"))),
            "city": TEXTS,
            "lat": st.floats(40, 45),
            "lon": st.floats(-90, -80),
            "our_sales": st.decimals(0, 10**11, places=2),
            "note=": TEXTS,
        }
    ),
    min_size=6,
    max_size=12,
    unique_by=lambda row: row["account_id"].casefold().strip(),
)


@effort(max_examples=4, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=ROWS)
def test_import_export_import_gives_the_same_rows(rows):
    frame = pd.DataFrame(rows)
    text = frame.astype({"our_sales": "str"}).to_csv(index=False).encode()
    first = import_table(
        read_source(text, "list.csv"), ImportContext(kind="accounts")
    ).frame
    if first.empty:
        return
    told = in_money(first, "USD", has_currency_column=True).reset_index()
    points = gpd.points_from_xy(told["lon"], told["lat"])
    placed = gpd.GeoDataFrame(
        told.drop(columns=["lat", "lon"]), geometry=points, crs=4326
    )
    for form in ("csv", "xlsx", "geojson", "gpkg", "parquet"):
        shown = placed if form in ("geojson", "gpkg") else told
        content = encode_frame(shown, form, name="accounts", index=False)
        second = import_table(
            read_source(content, f"a.{form}"), ImportContext(kind="accounts")
        ).frame
        pd.testing.assert_frame_equal(first, second, obj=form)


def test_every_offer_is_made(small):
    scenario = scenarios(small)[0].scenario_id
    for offer in files.offers():
        if offer.what == "changes":
            continue
        for form in (offer.formats[0], offer.formats[-1]):
            made = files.export(
                small, offer.what, form, scenario if offer.of_scenario else None
            )
            assert made.content, (offer.what, form)
            assert made.name == f"{offer.what}-{made.export_id}.{form}"


@pytest.mark.parametrize(
    ("what", "form", "match"),
    [
        ("salaries", "csv", "export must be one of accounts"),
        ("reps", "gpkg", "reps can be exported as csv, xlsx, parquet"),
        ("changes", "csv", "no published plan yet"),
    ],
)
def test_what_is_not_offered_is_refused(small, what, form, match):
    with pytest.raises(InputError, match=match):
        files.export(small, what, form)
    assert files.exports(small).empty


def test_a_scenario_of_nobody_is_refused(small):
    with pytest.raises(NotFoundError, match="no scenario 'S-NONE'"):
        files.export(small, "plan", "csv", "S-NONE")


def test_equal_rows_have_one_content_hash_in_every_format(small):
    hashes = {
        files.export(small, "accounts", form).content_hash
        for form in ("csv", "xlsx", "geojson", "gpkg", "parquet")
    }
    assert len(hashes) == 1


def test_an_export_is_kept_and_told_in_the_log(small: Workspace):
    made = files.export(small, "accounts", "xlsx")
    kept = files.exports(small).loc[made.export_id]
    assert kept["sha256"] == made.sha256
    assert kept["created_by"] == "ann"
    assert kept["n_rows"] == 12
    with small.store.reading() as conn:
        line = load_audit(conn, subject=f"export {made.export_id}").iloc[0]
        assert list(export_rows.export_faults(conn)) == []
    assert json.loads(line["after"])["content_hash"] == made.content_hash
    assert read_note(made.content)["audit_hash"] == kept["audit_hash"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "geojson", "gpkg"])
def test_a_file_is_recognised_whole_and_changed(small, tmp_path, form):
    made = files.export(small, "accounts", form)
    path = tmp_path / made.name
    path.write_bytes(made.content)
    found = files.verify(small, path)
    assert (found.state, found.export.export_id) == ("unchanged", made.export_id)
    assert "12 rows of accounts, exported by ann" in found.summary()
    path.write_bytes(_changed(made.content, form))
    found = files.verify(small, path)
    assert (found.state, found.export.export_id) == ("changed", made.export_id)
    assert found.summary().endswith(": changed")


def _changed(content: bytes, form: str) -> bytes:
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        book["accounts"]["B2"] = "Another"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()
    if form in ("csv", "geojson"):
        return content.replace(b"Firm 0", b"Firm 9")
    return content + b"\0" if form == "gpkg" else content[:100] + content[99:]


def test_a_strange_file_is_not_claimed(small, tmp_path):
    path = tmp_path / "accounts-X-00000000.csv"
    path.write_bytes(b"account_id\n1\n")
    found = files.verify(small, path)
    assert (found.state, found.export) == ("unknown", None)
    assert files.verify(small, b"").state == "unknown"


def test_a_record_that_was_changed_or_removed_is_found(small):
    changed = files.export(small, "accounts", "csv").export_id
    removed = files.export(small, "plan", "csv").export_id
    with small.store.transaction() as conn:
        conn.execute(
            sa.text("UPDATE export SET sha256 = 'x' WHERE export_id = :id"),
            {"id": changed},
        )
        conn.execute(
            sa.text("DELETE FROM export WHERE export_id = :id"), {"id": removed}
        )
    with small.store.reading() as conn:
        faults = dict(export_rows.export_faults(conn))
    assert faults == {
        changed: "it was changed after it was written",
        removed: "it is in the audit log and was removed",
    }


def test_changes_are_those_of_the_publication_in_force(sample):
    made = files.export(sample, "changes", "csv")
    rows = pd.read_csv(io.BytesIO(made.content), dtype="str")
    assert list(rows.columns[:2]) == ["account_id", "name"]
    assert rows["to_position_id"].notna().all()
    assert set(rows["effective_from"]) == {"2024-12-01"}


def test_territories_carry_their_shape_and_figures(sample, tmp_path):
    made = files.export(sample, "territories", "gpkg")
    Path(tmp_path / "t.gpkg").write_bytes(made.content)
    read = gpd.read_file(tmp_path / "t.gpkg")
    assert len(read) == made.n_rows == 24
    assert read.geometry.is_valid.all()
    assert read["n_units"].sum() == 557
    assert read["potential"].min() > 0
    assert read["currency"].unique().tolist() == ["USD"]


@SQLITE_ONLY
@pytest.mark.parametrize("what", ["territories", "units", "plan", "visits"])
def test_a_plan_leaves_in_four_formats_with_its_name_version_and_day(
    small, tmp_path, what
):
    found = scenarios(small)[0]
    answer = {"territory_by_unit": {DANE: "T1", MILWAUKEE: "T2", BROWN: "T2"}}
    accepted(small, found.scenario_id, found.version, answer)
    visits = {name: [0] for name in ("arrive_s", "start_s", "leave_s", "travel_s")}
    save_plan(
        small,
        found.scenario_id,
        pd.DataFrame(
            {
                "rep_id": ["R1"],
                "account_id": ["A000"],
                "visit_on": [pd.Timestamp("2026-11-23")],
                "sequence": [1],
                "travel_m": [0],
                **visits,
            }
        ),
        pd.DataFrame(columns=["rep_id", "account_id", "missing", "reason", "repair"]),
        {"seed": 0},
    )
    rename(small, found.scenario_id, scenario(small, found.scenario_id).version, EVIL)
    plan = scenario(small, found.scenario_id)
    for form in ("csv", "xlsx", "geojson", "gpkg"):
        made = files.export(small, what, form, plan.scenario_id)
        path = tmp_path / made.name
        path.write_bytes(made.content)
        if form in ("geojson", "gpkg"):
            rows = gpd.read_file(path)
            assert rows.geometry.dropna().is_valid.all()
            assert rows.geometry.notna().any()
        else:
            read = pd.read_csv if form == "csv" else pd.read_excel
            rows = read(path)
        assert len(rows) == made.n_rows > 0
        # A spreadsheet shows the name as text; a map's file keeps it as it is.
        safe = EVIL if form in ("geojson", "gpkg") else f"'{EVIL}"
        assert set(rows["scenario"]) == {safe}
        assert set(rows["scenario_version"].astype(int)) == {plan.version}
        days = pd.to_datetime(rows["scenario_saved_on"]).dt.strftime("%Y-%m-%d")
        assert set(days) == {plan.updated_at[:10]}
        if form != "csv":
            note = read_note(made.content)
            assert (note["scenario"], note["scenario_version"]) == (
                EVIL,
                str(plan.version),
            )


def test_the_command_line_writes_what_the_store_remembers(small, tmp_path, capsys):
    out = tmp_path / "accounts.parquet"
    words = ["export", "accounts", "--out", str(out), "--store", small.store.url]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = files.verify(small, out)
    assert found.state == "unchanged"
    assert (found.export.export_id, told["n_rows"]) == (told["export_id"], 12)


@pytest.mark.parametrize("words", [["salaries", "x.csv"], ["accounts", "x.docx"]])
def test_the_command_line_refuses_what_is_not_offered(small, tmp_path, capsys, words):
    out = tmp_path / words[1]
    assert (
        main(["export", words[0], "--out", str(out), "--store", small.store.url]) == 2
    )
    assert "planner export: " in capsys.readouterr().err
    assert not out.exists()
