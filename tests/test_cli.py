"""The commands that scripts rely on: exit codes, files and reports of the contract."""

import json

import numpy as np
import pandas as pd
import pytest

from planner.cli.main import main
from planner.core.files.outputs import Outputs
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.demo.line import DemoParams
from planner.demo.run import run_demo

TERRITORIES = 3
CITIES = {
    "Madison": (43.0731, -89.4012, "WI"),
    "Milwaukee": (43.0389, -87.9065, "WI"),
    "Chicago": (41.85, -87.65, "IL"),
    "Rockford": (42.2711, -89.094, "IL"),
    "Peoria": (40.6936, -89.589, "IL"),
}


@pytest.fixture(scope="module")
def accounts_csv(tmp_path_factory):
    """Ninety accounts around five cities, one without any place, one twice."""
    rng = np.random.default_rng(5)
    rows = []
    for number in range(90):
        city = list(CITIES)[number % len(CITIES)]
        lat, lon, state = CITIES[city]
        rows.append(
            {
                "account_id": f"{number:04d}",
                "name": f"Firm {number}",
                "city": city,
                "state": state,
                "latitude": round(lat + rng.normal(0, 0.2), 5),
                "longitude": round(lon + rng.normal(0, 0.2) - 0.2, 5),
                "floor": number % 7,
            }
        )
    rows.append({"account_id": "0090", "name": "Nowhere", "floor": 1})
    path = tmp_path_factory.mktemp("list") / "accounts.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def demo_out(accounts_csv, tmp_path_factory):
    """Run the whole line on the ninety accounts once."""
    out = tmp_path_factory.mktemp("demo")
    words = ["demo", "--accounts", str(accounts_csv), "--out", str(out)]
    code = main([*words, "--territories", str(TERRITORIES), "--json"])
    return code, out


def test_demo_writes_every_file_of_the_contract(demo_out):
    code, out = demo_out
    assert code == 0
    names = {path.name for path in out.iterdir()}
    assert names >= {
        "accounts.csv",
        "segments.csv",
        "plan.csv",
        "plan.geojson",
        "quotas.csv",
        "visits.csv",
        "routes",
        "statements",
        "report.html",
        "summary.json",
    }
    assert any((out / "routes").glob("*.ics"))
    assert any((out / "statements").glob("*.xlsx"))


def test_demo_loses_no_row(demo_out):
    _, out = demo_out
    counts = json.loads((out / "summary.json").read_text())["counts"]
    assert counts["rows_read"] == 91
    assert counts["rows_accepted"] + counts["rows_rejected"] == 91
    findings = pd.read_csv(out / "findings.csv")
    assert "no_place" in set(findings["code"])
    plan = pd.read_csv(out / "plan.csv", dtype=str)
    assert len(plan) == counts["rows_accepted"] == 91
    assert plan["account_id"].iloc[0] == "0000"
    waiting = plan[plan["territory_id"].isna()]
    assert waiting["account_id"].tolist() == ["0090"]
    assert "no place" in waiting["reason"].item()
    assert plan["reason"].notna().sum() == 1


def test_demo_balances_within_its_tolerance(demo_out):
    _, out = demo_out
    summary = json.loads((out / "summary.json").read_text())
    sizes = pd.read_csv(out / "plan.csv")["territory_id"].value_counts()
    assert len(sizes) == TERRITORIES
    worst = (sizes / (sizes.sum() / TERRITORIES) - 1).abs().max()
    assert worst == pytest.approx(summary["balance"]["max_deviation"], abs=1e-9)
    assert worst <= summary["balance"]["tolerance"] + 1e-9
    assert summary["balance"]["extra_pieces"] == 0


def test_demo_labels_what_it_simulated(demo_out):
    _, out = demo_out
    accounts = pd.read_csv(out / "accounts.csv", dtype=str)
    assert accounts["simulated"].str.contains("potential").all()
    assert "Simulated." in (out / "report.html").read_text()
    assert json.loads(accounts["custom"].iloc[3]) == {"floor": "3"}


def test_the_report_needs_nothing_from_elsewhere(demo_out):
    _, out = demo_out
    text = (out / "report.html").read_text()
    assert "<script" not in text
    for mark in ('src="http', 'href="http', "url(http", "@import"):
        assert mark not in text


@pytest.mark.parametrize(
    ("note", "files"),
    [
        ("Balancing", {"accounts.csv", "segments.csv", "findings.csv"}),
        ("Planning visits", {"plan.csv", "plan.geojson", "quotas.csv"}),
    ],
)
def test_a_cancelled_demo_keeps_the_steps_it_finished(
    accounts_csv, tmp_path, note, files
):
    """An interrupt comes as a step begins: that step and all after it are left out."""
    notes = []
    params = DemoParams(accounts_path=accounts_csv, n_territories=3, n_workers=1)
    run = RunControl(
        on_progress=lambda progress: notes.append(progress.note),
        is_cancelled=lambda: note in notes,
    )
    outputs = Outputs()
    settings = Settings.from_environment()
    outcome = run_demo(params, settings, tmp_path / "out", run, outputs)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert files < written
    assert not {"visits.csv", "statements", "report.html"} & written
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["cancelled"]
    assert outcome.text() == f"finished: {', '.join(summary['finished'])}"
    assert outputs.written == (tmp_path / "out",)


def test_demo_refuses_more_territories_than_units(accounts_csv, tmp_path, capsys):
    words = ["demo", "--accounts", str(accounts_csv), "--territories", "5000"]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    assert "5,000" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"account_id,name\n", b"\x00\x01\x02\x03" * 50, b"a,b\n1,2\n"],
    ids=["empty", "header only", "binary", "other columns"],
)
def test_demo_refuses_a_useless_file(content, tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    words = ["demo", "--accounts", str(path), "--out", str(tmp_path / "out")]
    assert main(words) == 2
    assert "bad.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_check_says_what_an_import_would_say(accounts_csv, capsys):
    assert main(["check", str(accounts_csv), "--kind", "accounts", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said) == {
        "file",
        "kind",
        "verdict",
        "rows_read",
        "rows_accepted",
        "rows_rejected",
        "findings",
    }
    assert said["rows_read"] == said["rows_accepted"] + said["rows_rejected"] == 91
    (waiting,) = said["findings"]
    assert (waiting["code"], waiting["row"]) == ("no_place", 91)


def test_check_refuses_a_missing_file(tmp_path, capsys):
    assert main(["check", str(tmp_path / "no.csv"), "--kind", "accounts"]) == 2
    assert "no.csv" in capsys.readouterr().err


def test_import_wants_warnings_accepted(accounts_csv, tmp_path, capsys):
    store = f"sqlite:///{tmp_path / 'store.sqlite'}"
    words = ["import", str(accounts_csv), "--kind", "accounts", "--store", store]
    assert main(words) == 2
    assert "--accept-warnings" in capsys.readouterr().err
    assert main([*words, "--accept-warnings", "--company", "Mine"]) == 0
    assert main(["doctor", "--store", store]) == 0


def test_balance_writes_plan_and_report(tmp_path, capsys):
    side = 6
    units = pd.DataFrame(
        [(f"U{x}{y}", x, y, 1 + (x + y) % 3) for x in range(side) for y in range(side)],
        columns=["id", "x", "y", "n"],
    )
    units.to_csv(tmp_path / "units.csv", index=False)
    words = ["balance", str(tmp_path / "units.csv"), "--id", "id", "--x", "x"]
    words += ["--y", "y", "--measure", "n=0.1", "--territories", "4"]
    words += ["--out", str(tmp_path / "plan.csv"), "--report", str(tmp_path / "r.json")]
    assert main(words) == 0
    report = json.loads((tmp_path / "r.json").read_text())
    plan = pd.read_csv(tmp_path / "plan.csv")
    sums = plan.merge(units, on="id").groupby("territory")["n"].sum()
    worst = (sums / report["measures"]["n"]["ideal"] - 1).abs().max()
    assert worst == pytest.approx(report["measures"]["n"]["max_deviation"])
    assert worst <= 0.1
    assert report["extra_pieces"] == 0
    assert report["bound"] <= report["objective"] * (1 + 1e-9)
    assert main([*words, "--measure", "missing=0.1"]) == 2
    assert "missing" in capsys.readouterr().err


def test_backup_and_restore_keep_everything(accounts_csv, tmp_path, capsys):
    store = f"sqlite:///{tmp_path / 'one.sqlite'}"
    words = ["import", str(accounts_csv), "--kind", "accounts", "--store", store]
    main([*words, "--accept-warnings"])
    capsys.readouterr()
    file = str(tmp_path / "backup.zip")
    assert main(["backup", file, "--store", store, "--json"]) == 0
    sent = json.loads(capsys.readouterr().out)
    other = f"sqlite:///{tmp_path / 'two.sqlite'}"
    assert main(["restore", file, "--store", other, "--json"]) == 0
    got = json.loads(capsys.readouterr().out)
    assert got["sha256"] == sent["sha256"]
    assert main(["restore", file, "--store", other]) == 2


def test_a_refused_file_fails_the_check_and_the_import(tmp_path, capsys):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    words = [str(path), "--kind", "accounts"]
    assert main(["check", *words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "reject_file"
    store = f"sqlite:///{tmp_path / 'store.sqlite'}"
    assert main(["import", *words, "--store", store, "--accept-warnings"]) == 2
    assert "empty.csv" in capsys.readouterr().err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    words[0] = str(tmp_path / "other.csv")
    assert main(["import", *words, "--store", store, "--accept-warnings"]) == 2
    assert "nothing was imported" in capsys.readouterr().err
