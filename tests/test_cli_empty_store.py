"""Every verb on a store without company: done, or told how to begin one."""

import pytest

from planner.cli.main import main

FILES = {
    "units": "unit_id,lat,lon\nU1,43.1,-89.4\n",
    "positions": "position_id\nP1\n",
    "reps": "rep_id,name\nR1,Ann\n",
    "deals": "deal_id,account_id,amount,close_on\nD1,A1,10,2026-01-05\n",
    "visits_made": "account_id,rep_id,visited_on\nA1,R1,2026-01-05\n",
    "quotas": "position_id,period,amount\nP1,2026,10\n",
    "market": "unit_id,value\nU1,10\n",
}
ACCOUNTS = "id,name,latitude,longitude,city,state\n" + "".join(
    f"A{n},Firm {n},{43 + n / 10},-89.4,Madison,WI\n" for n in range(4)
)
HOW_TO_BEGIN = "no company in this store yet: begin one by importing"


@pytest.fixture
def store(tmp_path):
    """Name a store that is not there yet."""
    return ["--store", f"sqlite:///{tmp_path}/planner.sqlite"]


def written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("kind", FILES)
def test_import_says_how_to_begin_a_company(kind, store, tmp_path, capsys):
    path = written(tmp_path, f"{kind}.csv", FILES[kind])
    assert main(["import", path, "--kind", kind, *store]) == 2
    assert HOW_TO_BEGIN in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--source", "list"], ["--source", "list", "--company", "Lakes"]]
)
def test_a_load_of_accounts_needs_its_company(words, store, tmp_path, capsys):
    path = written(tmp_path, "list.csv", ACCOUNTS)
    assert main(["import", path, "--kind", "accounts", *words, *store]) == 2
    told = capsys.readouterr().err
    assert HOW_TO_BEGIN in told or "no company 'Lakes'; there are: none" in told


@pytest.mark.parametrize("what", ["accounts", "plan", "audit"])
def test_export_says_how_to_begin_a_company(what, store, tmp_path, capsys):
    out = tmp_path / "out.csv"
    assert main(["export", what, "--out", str(out), *store]) == 2
    assert HOW_TO_BEGIN in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("kind", FILES)
def test_check_needs_no_company(kind, store, tmp_path, capsys):
    path = written(tmp_path, f"{kind}.csv", FILES[kind])
    assert main(["check", path, "--kind", kind, *store]) in (0, 1)
    assert "no company" not in capsys.readouterr().err


def test_a_list_of_accounts_begins_one(store, tmp_path, capsys):
    path = written(tmp_path, "list.csv", ACCOUNTS)
    words = ["import", path, "--kind", "accounts", "--accept-warnings", *store]
    assert main(words) == 0, capsys.readouterr().err
    assert main(["export", "accounts", "--out", str(tmp_path / "a.csv"), *store]) == 0


def test_upkeep_needs_no_company(store, tmp_path):
    backup = str(tmp_path / "backup.zip")
    assert main(["doctor", *store]) == 0
    assert main(["backup", backup, *store]) == 0
    other = ["--store", f"sqlite:///{tmp_path}/other.sqlite"]
    assert main(["restore", backup, *other]) == 0
