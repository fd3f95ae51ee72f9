"""A list of one's own: what is taken, what is refused, and how it is called."""

import json

import geopandas as gpd
import pandas as pd
import pytest

import planner

SHOPS = "account_id,name,lat,lon,potential\nA1,Ann,43.1,-89.4,10.50\n"


@pytest.fixture
def shops(tmp_path):
    def write(text=SHOPS, name="shops.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_whole_list_is_required_without_a_word(shops):
    report = planner.read_accounts(str(shops()))
    assert report.status == report.verdict == "accept"
    assert report.require() is report.frame is report.to_frame()
    assert report.frame.loc["A1", "potential_minor"] == 1050


def test_require_names_what_was_refused_and_what_to_do(shops):
    report = planner.read_accounts(shops(f"{SHOPS}A2,Bob,143.2,-89.5,1\n"))
    assert report.rows_rejected == 1
    with pytest.raises(planner.InputError) as caught:
        report.require()
    assert "row 2, " in str(caught.value)
    assert "no place" in str(caught.value)
    assert "take the 1 accepted rows of `frame`" in str(caught.value)


def test_require_of_a_file_without_its_columns(shops):
    report = planner.read_accounts(shops("name\nAnn\n"))
    with pytest.raises(planner.InputError, match=r"missing: lat\+lon") as caught:
        report.require()
    assert str(caught.value).endswith("mend the file")


def test_rows_without_a_country_lie_where_is_said(shops):
    path = shops("account_id,name,lat,lon\nA1,Anna,48.1,11.6\n")
    assert planner.read_accounts(path, country="DE").frame["country"].tolist() == ["DE"]
    abroad = planner.read_accounts(path, country="Germany").frame["country"]
    assert abroad.tolist() == ["DE"]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ({"country": "Atlantis"}, "country must be .* got 'Atlantis'"),
        ({"country": 49}, "country must be .* got 49"),
        ({"kind": "account"}, "kind must be one of accounts, .* got 'account'"),
        ({"mapping": "name"}, "mapping must be a mapping .* got 'name'"),
        ({"mapping": {"account_id": "Id"}}, "'Id'"),
        ({"currency": "DOLLAR"}, "currency must be one of .* got 'DOLLAR'"),
        ({"currency": ["USD"]}, r"currency must be a code .* got \['USD'\]"),
    ],
)
def test_a_wrong_argument_is_named_with_its_rule(shops, words, rule):
    with pytest.raises(planner.InputError, match=rule):
        planner.read_accounts(shops(), **words)


def test_a_wrong_path_is_named(tmp_path):
    with pytest.raises(planner.InputError, match="nowhere"):
        planner.read_accounts(tmp_path / "nowhere.csv")
    with pytest.raises(planner.InputError, match="got DataFrame"):
        planner.read_accounts(pd.DataFrame())


def test_files_hold_money_as_decimals_and_places_as_points(shops, tmp_path):
    report = planner.read_accounts(shops(), currency="EUR")
    report.to_file(tmp_path / "out.csv")
    row = pd.read_csv(tmp_path / "out.csv", dtype="str").iloc[0]
    assert (row["account_id"], row["potential"], row["currency"]) == (
        "A1",
        "10.50",
        "EUR",
    )
    report.to_file(tmp_path / "out.geojson")
    place = gpd.read_file(tmp_path / "out.geojson").geometry.iloc[0]
    assert (place.x, place.y) == (-89.4, 43.1)
    report.to_file(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())[0]["name"] == "Ann"


def test_a_map_shows_itself_and_is_one_file(shops, tmp_path):
    drawn = planner.read_accounts(shops(SHOPS.replace("Ann", "Ann${1}"))).map()
    assert "iframe" in drawn._repr_html_()
    drawn.save(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text()
    assert "default-src 'none'" in page
    assert "Leaflet" in page
    assert "Ann${1}" not in page


def test_what_cannot_be_written_is_said(shops, tmp_path):
    report = planner.read_accounts(shops())
    for path, rule in (
        (tmp_path / "out.txt", r"out\.txt must end in \.csv"),
        (shops() / "out.csv", "cannot be written"),
        (None, "path must be a text or a Path, got NoneType"),
    ):
        with pytest.raises(planner.InputError, match=rule):
            report.to_file(path)


def test_a_list_without_places_has_no_map(shops):
    path = shops("deal_id,account_id,amount,close_on\nD1,A1,5.00,2026-10-02\n")
    report = planner.read_accounts(path, kind="deals")
    assert report.rows_accepted == 1
    with pytest.raises(planner.InputError, match="deals have no places"):
        report.map()
