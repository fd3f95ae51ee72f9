"""The generator makes what is committed, and makes it twice the same."""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from planner.core.errors import InputError
from planner.geography.boundaries import load_counties, load_countries, load_states
from planner.geography.places import load_towns

DATA = Path(__file__).parents[2] / "data"
sys.path.insert(0, str(DATA))

import generate  # noqa: E402
from making import company, faults, names, output, reference, world  # noqa: E402


def files_of(folder: Path) -> dict[str, bytes]:
    """Read every file under a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_small_company_twice_the_same_bytes(tmp_path):
    """Two processes, one result: no clock, no hash order, no address in it."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        command = [sys.executable, str(DATA / "generate.py")]
        subprocess.run(
            [*command, "--out", str(folder), "--accounts", "250"], check=True
        )
    first, second = (files_of(folder) for folder in folders)
    assert len(first) == 14
    assert first == second


def test_committed_accounts_are_those_of_the_generator():
    """The default options give the committed list."""
    country = company.read_country(DATA, company.REGIONS)
    made = company.make_accounts(country, 3000, 7)
    kept = pd.read_csv(
        DATA / "sample" / "accounts.csv", dtype=str, index_col="account_id"
    )
    assert made.index.tolist() == kept.index.tolist()
    assert made["name"].tolist() == kept["name"].tolist()
    assert made["postcode"].tolist() == kept["postcode"].tolist()
    same = np.isclose(made["lat"], kept["lat"].astype(float), atol=1e-5)
    assert same.mean() > 0.999


def atlas_of(file: tuple[str, str]) -> Path:
    """Find a file of npm; CI fetches it, elsewhere the test is skipped without."""
    try:
        return reference.fetch_atlas(generate.CACHE, *file)
    except InputError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


def test_countries_come_from_the_atlas():
    """Made anew from the source, the file of countries has the same content."""
    shapes = world.country_shapes(atlas_of(world.ATLAS), world.country_facts())
    kept = load_countries(DATA)
    assert shapes["country"].tolist() == kept.index.tolist()
    assert shapely.equals_exact(
        shapely.normalize(shapes.geometry.to_numpy()),
        shapely.normalize(kept.geometry.to_numpy()),
        1e-9,
    ).all()


def test_towns_come_from_geonames():
    """The committed list is that of the generator."""
    towns = world.town_places().reset_index(drop=True)
    kept = load_towns(DATA)
    assert towns["city"].tolist() == kept["city"].tolist()
    assert towns["other_names"].tolist() == kept["other_names"].tolist()


def test_no_zip_code_lies_where_failed_look_ups_end():
    """The source puts 52 codes at 0, 0; those whose town is known stand there."""
    zips = pd.read_csv(DATA / "us_zip.csv.gz", dtype={"postcode": str})
    assert not zips[["lat", "lon"]].eq(0).all(axis=1).any()
    livingston = zips.set_index("postcode").loc["77352", ["lat", "lon"]]
    assert livingston[["lat", "lon"]].tolist() == pytest.approx(
        [30.71, -94.93], abs=0.1
    )


def test_counties_come_from_the_atlas():
    """Made anew from the source, the county file has the same content."""
    atlas = atlas_of(reference.ATLAS)
    made = reference.read_counties(atlas)
    kept = load_counties(DATA)
    assert made["unit_id"].tolist() == kept.index.tolist()
    differing = shapely.area(
        shapely.symmetric_difference(made.geometry.to_numpy(), kept.geometry.to_numpy())
    )
    assert differing.max() < 1e-9


def test_counties_of_the_country_fit_together():
    """A valid coverage: neighbours have the same vertices along their border."""
    counties = load_counties(DATA)
    assert 3200 <= len(counties) <= 3231
    assert counties.index.str.fullmatch(r"\d{5}").all()
    assert "01001" in counties.index
    shapes = counties.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    states = load_states(DATA)
    assert len(states) == 56
    assert set(states.index) == set(counties["region"])


def test_committed_files_are_small():
    """A clone stays light: eight megabytes of data, the county file under 400 kB."""
    sizes = {name: len(content) for name, content in files_of(DATA).items()}
    made = {n: s for n, s in sizes.items() if n.endswith((".gz", ".csv", ".geojson"))}
    assert sum(made.values()) < 8_000_000
    assert sizes["us_counties.geojson.gz"] < 400_000
    assert sizes["us_cities.csv.gz"] < 300_000


def test_zip_file_holds_code_and_place_only():
    """Nothing else of the source is copied; codes keep their leading zeros."""
    zips = pd.read_csv(DATA / "us_zip.csv.gz", dtype={"postcode": str})
    assert zips.columns.tolist() == ["postcode", "lat", "lon"]
    assert zips["postcode"].str.fullmatch(r"\d{5}").all()
    assert zips["postcode"].is_unique
    boston = zips.set_index("postcode").loc["02116"]
    assert boston["lat"] == pytest.approx(42.35, abs=0.05)


def test_city_names_stand_for_one_place_each():
    """Name and state point to the most populous."""
    cities = pd.read_csv(DATA / "us_cities.csv.gz", keep_default_na=False)
    assert not cities.duplicated(["city", "region"]).any()
    chicago = cities[(cities["city"] == "Chicago") & (cities["region"] == "IL")]
    assert chicago["population"].iloc[0] > 2_000_000


def test_packed_bytes_hold_no_time_and_no_name():
    """Equal content packs to equal bytes, whenever and wherever."""
    once = output.packed(b"same")
    assert once == output.packed(b"same")
    assert once[4:8] == bytes(4)
    assert gzip.decompress(once) == b"same"


def test_rounding_keeps_thin_polygons_and_shared_borders():
    """A sliver that would collapse keeps its digits, and so does its neighbour."""
    sliver = shapely.Polygon([(0, 0), (1, 0.0001), (1, 0.0003), (0, 0.0002)])
    below = shapely.Polygon([(0, 0), (1, 0.0001), (1, -1), (0, -1)])
    rounded = reference.rounded_coverage(np.array([sliver, below]), 3)
    assert shapely.is_valid(rounded).all()
    assert shapely.coverage_is_valid(rounded)


def test_money_is_written_as_decimals_without_floats():
    """Cents keep their zeros and their sign; the currency stands beside."""
    frame = pd.DataFrame({"amount_minor": [123450, -5, None], "note": ["a", "b", "c"]})
    written = output.with_decimal_money(frame, "USD")
    assert written["amount"].tolist() == ["1234.50", "-0.05", ""]
    assert written.columns.tolist() == ["amount", "currency", "note"]


def test_no_company_is_called_after_a_town():
    """Invented words only, each company its own."""
    industries = pd.Series(["Manufacturing", "Education"] * 200)
    cities = pd.Series(["Peoria"] * 400)
    made = names.company_names(industries, cities, {"Aldwick"}, seed=1)
    assert len(set(made)) == 400
    assert not any(name.startswith("Aldwick ") for name in made)


def test_whole_country_has_the_columns_of_the_sample(tmp_path):
    """A list of any size, all over the country, in the same form."""
    code = generate.main(
        ["--whole-country", "--accounts", "500", "--out", str(tmp_path)]
    )
    assert code == 0
    made = pd.read_csv(tmp_path / "accounts.csv", dtype=str)
    kept = pd.read_csv(DATA / "sample" / "accounts.csv", dtype=str, nrows=1)
    assert made.columns.tolist() == kept.columns.tolist()
    assert len(made) == 500
    assert made["region"].nunique() > 30
    assert made["simulated"].eq("all").all()


def test_missing_atlas_is_said_and_nothing_written(tmp_path, monkeypatch, capsys):
    """Without npm the generator says so and ends with 2."""
    monkeypatch.setattr(generate, "DATA", tmp_path)
    monkeypatch.setattr(generate, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(reference.shutil, "which", lambda _: None)
    assert generate.main(["--out", str(tmp_path)]) == 2
    assert "npm" in capsys.readouterr().err
    assert files_of(tmp_path) == {}


def test_each_fault_is_named_once_and_first_rows_are_sound():
    """About sixty faults, each a row of the import form."""
    with (DATA / "accounts_with_faults.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    named = [row["fault_on_purpose"] for row in rows]
    assert len(rows) >= 60
    assert named[:2] == ["", ""]
    assert len(set(named[2:])) == len(named[2:])
    assert any("swapped" in name for name in named)
    assert any(row["name"].startswith("=cmd") for row in rows)
    assert any(row["postcode"] == "55044-" for row in rows)
    ids = [row["account_id"] for row in rows if row["account_id"]]
    assert len(ids) - len(set(ids)) == 1
    assert faults.faulty_rows


def test_company_file_says_simulated():
    """The label stands where the name stands."""
    facts = json.loads((DATA / "sample" / "company.json").read_text(encoding="utf-8"))
    assert facts["simulated"] is True
