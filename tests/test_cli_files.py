"""Outputs of every kind with every verb: refused before work, in one line."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from planner.cli.main import main
from planner.commissions.calculation import accumulate

ROOT = Path(__file__).parents[1]
LONG = "x" * 300
DEALS = "deal_id,account_id,close_on,amount\nD1,A1,2026-01-10,4000.00\n"
OWNERSHIP = "account_id,position_id,valid_from\nA1,P-1,2026-01-01\n"
QUOTAS = "position_id,measure,period,amount\nP-1,bookings,2026,10000.00\n"


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Make the smallest inputs of every verb, and the name of a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLANNER_STORE", f"sqlite:///{tmp_path / 'store.sqlite'}")
    side = 3
    units = [(f"U{x}{y}", x, y, 1) for x in range(side) for y in range(side)]
    pd.DataFrame(units, columns=["id", "x", "y", "n"]).to_csv("u.csv", index=False)
    Path("store.sqlite-wal").touch()
    Path("folder").mkdir()
    os.mkfifo("pipe.csv")
    Path("accounts.csv").write_text("account_id,name,lat,lon\nA1,Firm,43.07,-89.4\n")
    Path("rep.json").write_text("{}")
    plan = ROOT / "data" / "sample" / "comp_plan.yaml"
    Path("plan.yaml").write_text(plan.read_text())
    Path("deals.csv").write_text(DEALS)
    Path("ownership.csv").write_text(OWNERSHIP)
    Path("quotas.csv").write_text(QUOTAS)
    return tmp_path


BALANCE = "balance u.csv --id id --x x --y y --measure n=0.5 --territories 3"
PAY = "pay --plan plan.yaml --deals deals.csv --ownership ownership.csv"
PAY += " --quotas quotas.csv --period 2026-01"
DEMO = "demo --accounts accounts.csv"
NO_PLACE = (f"{LONG}.csv", f"{LONG}/p.csv", "u.csv/p.csv", "/proc/none/p.csv")
REFUSED = [
    *(f"{BALANCE} --out {path}" for path in NO_PLACE),
    *(f"{BALANCE} --out p.csv --report {path}" for path in NO_PLACE),
    *(f"{BALANCE} --out p.csv --reasons {path}" for path in NO_PLACE),
    *(f"export accounts --out {path}" for path in NO_PLACE),
    *(f"visits rep.json --out {path}" for path in NO_PLACE),
    *(f"{PAY} --out {path}" for path in NO_PLACE),
    *(f"{DEMO} --out {path}" for path in NO_PLACE),
    *(f"backup {path}" for path in NO_PLACE),
    f"{BALANCE} --out u.csv",
    f"{BALANCE} --out p.csv --report ./u.csv",
    f"{BALANCE} --out p.csv --report p.csv",
    f"{BALANCE} --out p.csv --report folder/../p.csv",
    f"{BALANCE} --out p.csv --reasons p.csv",
    f"{BALANCE} --out p.csv --report store.sqlite",
    f"{BALANCE} --out p.csv --report store.sqlite-wal",
    f"{BALANCE} --out p.csv --report store.sqlite.worker.log",
    f"{BALANCE} --out p.csv --report folder",
    f"{BALANCE} --out pipe.csv",
    f"{BALANCE} --out plan",
    f"{BALANCE} --out p.csv --reasons r.docx",
    f"{BALANCE} --out p.csv --edges folder",
    f"{BALANCE} --out p.csv --time-limit -1",
    f"{BALANCE} --out p.csv --time-limit nan",
    f"{BALANCE} --out p.csv --threads -1",
    f"{BALANCE} --out p.csv --seed -1",
    "balance folder --id id --x x --y y --measure n --territories 3 --out p.csv",
    "visits rep.json --out rep.json",
    "visits rep.json --out p.json --seed -1",
    "visits rep.json --out p.json --time-limit inf",
    "visits folder --out p.json",
    f"{PAY} --out folder --ledger folder",
    f"{PAY} --out folder --ledger u.csv",
    f"{PAY} --out u.csv",
    f"{PAY.replace('deals.csv', 'trace.csv')} --out .",
    f"{PAY.replace('2026-01', '../2026-01')} --out out",
    f"{PAY.replace('plan.yaml', 'folder')} --out out",
    f"{DEMO} --out .",
    f"{DEMO} --out u.csv",
    f"{DEMO} --out out --threads -1",
    f"{DEMO} --out out --time-limit nan",
    "export accounts --out store.sqlite",
    "export accounts --out accounts",
    "backup store.sqlite",
    "backup store.sqlite-shm",
    "backup folder",
    "backup pipe.csv",
    "restore store.sqlite",
    "import store.sqlite-wal --kind accounts",
]


def content(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if "lock" not in path.name
    }


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: line.replace(LONG, "LONG"))
def test_what_cannot_end_well_is_refused(world, line, capsys):
    (world / "trace.csv").write_text(DEALS)
    before = content(world)
    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert content(world) == before


def test_the_first_output_does_not_stand_if_the_second_fails(world, capsys):
    (world / "p.csv").write_text("old")
    (world / "full").symlink_to("/dev/full")  # what would replace it replaces the link
    assert main(f"{BALANCE} --out p.csv --report full".split()) == 2
    assert "--report full cannot be written: No space left" in (capsys.readouterr().err)
    assert (world / "p.csv").read_text() == "old"


def test_pay_files_are_their_owners_alone(world):
    assert main(f"{PAY} --out out --ledger ledger".split()) == 0
    files = [path for path in (world / "out").rglob("*") if path.is_file()]
    files += (world / "ledger").iterdir()
    assert {path.name for path in files} >= {"P-1.xlsx", "credits.csv", "2026-01.csv"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_pay_is_verified_by_the_decimal_engine(world, monkeypatch, capsys):
    """All agrees; then an engine that pays a cent too much is found out."""
    line = f"{PAY} --verify --json --out".split()
    assert main([*line, "right"]) == 0
    right = json.loads(capsys.readouterr().out)
    assert right["differences"] == []
    assert right["lines"] > 0

    def a_cent_more(*arguments):
        amount, steps = accumulate_marginal(*arguments)
        return amount + 1, steps

    accumulate_marginal = accumulate.marginal
    monkeypatch.setattr(accumulate, "marginal", a_cent_more)
    assert main([*line, "wrong"]) == 1
    [difference] = json.loads(capsys.readouterr().out)["differences"]
    exact = Decimal(difference["decimal"])
    assert Decimal(difference["paid"]) == exact + Decimal("0.01")
    assert (difference["deal_id"], difference["origin_period"]) == ("D1", "2026-01")
    stored = json.loads((world / "wrong" / "summary.json").read_text())
    assert stored["differences"] == [difference]


def test_an_output_never_takes_the_place_of_a_ledger_file(world, capsys):
    assert main(f"{PAY} --out ledger/run".split()) == 0
    before = content(world)
    assert main(f"{PAY} --out ledger/run --ledger ledger".split()) == 2
    assert "--ledger file ledger.csv" in capsys.readouterr().err
    assert content(world) == before


@pytest.mark.parametrize("n_bad", [0, 1, 11])
def test_check_and_import_end_by_one_rule(world, n_bad):
    rows = [f"A{n},Firm {n},{43 + n / 100},-89.4" for n in range(12)]
    rows[:n_bad] = [f"A{n},Firm {n},," for n in range(n_bad)]
    (world / "list.csv").write_text("\n".join(["account_id,name,lat,lon", *rows]))
    words = ["list.csv", "--kind", "accounts"]
    code = 1 if n_bad else 0
    assert main(["check", *words]) == code
    assert main(["import", *words, "--accept-warnings"]) == code


@pytest.mark.parametrize("content", ["", "account_id,name,lat,lon\n"])
@pytest.mark.parametrize(
    "line", ["import zero.csv --kind accounts", "demo --accounts zero.csv --out out"]
)
def test_a_file_is_named_once(world, line, content, capsys):
    (world / "zero.csv").write_text(content)
    assert main([*line.split()]) == 2
    assert capsys.readouterr().err.count("zero.csv") == 1


def run(world, line, *, before=(), stdout=subprocess.PIPE, **env):
    return subprocess.Popen(
        [*before, sys.executable, "-m", "planner", *line.split()],
        cwd=world,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("option", ["--json", ""])
def test_any_letter_goes_through_a_narrow_pipe(world, encoding, option):
    name = "Ł\N{SNOWMAN}"
    (world / f"{name}.csv").write_text(f"account_id,name\nA1,{name}\n")
    line = f"check {name}.csv --kind accounts --coercions {option}"
    process = run(world, line, PYTHONIOENCODING=encoding)
    out, err = process.communicate()
    assert (process.returncode, err) == (1, b"")
    said = out.decode(encoding)
    if option:
        assert json.loads(said)["file"] == "Ł\N{SNOWMAN}.csv"
    else:
        assert "\\u2603" in said


@pytest.mark.parametrize("is_buffered", ["", "1"])
def test_a_full_standard_output_is_told(world, is_buffered):
    line = "check accounts.csv --kind accounts"
    with Path("/dev/full").open("wb") as full:
        process = run(world, line, stdout=full, PYTHONUNBUFFERED=is_buffered)
        _, err = process.communicate()
    assert process.returncode == 2
    assert err.decode().strip() == (
        "planner check: standard output cannot be written: No space left on device"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_rights_of_another_user_are_told(world):
    for folder in [world, *world.parents][:-2]:
        folder.chmod(folder.stat().st_mode | 0o055)
    as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    process = run(world, f"{BALANCE} --out p.csv", before=as_nobody, HOME="/nowhere")
    _, err = process.communicate()
    if b"No such file" in err or b"failed to execute" in err:
        pytest.skip("nobody may not start this Python")
    assert process.returncode == 2
    assert err.decode().strip() == (
        "planner balance: --out p.csv cannot be written: Permission denied"
    )


def begun(process):
    """Wait until a run tells of its first step."""
    while process.poll() is None and b"%" not in process.stderr.readline():
        pass


def started(process):
    """Wait until our first line has run: Python itself leaves SIGTERM alone."""
    caught = 0
    while process.poll() is None and not caught >> (signal.SIGTERM - 1) & 1:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = int(status.split("SigCgt:")[1].split()[0], 16)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after_s", [0, 0.2, 0.5, 1.0])
def test_an_interrupt_while_it_starts_is_told_in_a_line(world, after_s, signum):
    before = content(world)
    process = run(world, f"{DEMO} --out out")
    started(process)
    time.sleep(after_s)
    process.send_signal(signum)
    _, err = process.communicate()
    assert process.returncode == 130
    assert b"cancelled" in err.splitlines()[-1]
    assert b"Traceback" not in err
    if b"written: out" not in err:  # a machine may be that fast
        assert content(world) == before


def test_an_interrupted_balance_keeps_its_best_plan(world):
    process = run(world, f"{BALANCE} --out p.csv --report r.json --reasons x.csv")
    begun(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.decode().strip().splitlines()[-1] == (
        "planner balance: cancelled; written: p.csv, x.csv, r.json"
    )
    assert json.loads((world / "r.json").read_text())["status"] == "cancelled"
    assert len(pd.read_csv(world / "p.csv")) == 9


def test_a_second_interrupt_stops_at_once_and_leaves_nothing(world):
    before = content(world)
    process = run(world, f"{BALANCE} --out p.csv")
    begun(process)
    process.send_signal(signal.SIGINT)
    while b"once more" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert b"Traceback" not in err
    if b"no file was written" in err:
        assert content(world) == before
    else:  # it had come to its end already
        assert set(content(world)) - set(before) == {"p.csv"}
