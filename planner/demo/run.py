"""The whole line without a screen or a store: what ``python -m planner demo`` does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.core.files.outputs import Outputs
from planner.core.files.tables import write_text
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.demo import steps
from planner.demo.line import DemoLine, DemoParams


@dataclass(frozen=True, kw_only=True)
class DemoOutcome:
    """
    What the demo did.

    Parameters
    ----------
    summary
        What ``summary.json`` holds.
    is_met
        Whether the balance is within tolerance and no row went missing.
    out_dir
        Where the files are.
    """

    summary: dict[str, Any]
    is_met: bool
    out_dir: Path

    def text(self) -> str:
        """Say what came out in a few lines."""
        if "counts" not in self.summary:
            return f"finished: {', '.join(self.summary['finished'])}"
        counts, plan = self.summary["counts"], self.summary["balance"]
        visits, pay = self.summary["visits"], self.summary["pay"]
        seconds = sum(self.summary["seconds"].values())
        return "\n".join(
            [
                f"{counts['rows_read']:,} rows read, {counts['rows_accepted']:,} "
                f"accepted, {counts['rows_rejected']:,} rejected",
                f"{counts['territories']} territories, worst deviation "
                f"{plan['max_deviation']:.1%} (tolerance {plan['tolerance']:.0%}), "
                f"{plan['extra_pieces']} extra pieces",
                f"{visits['served']:,} visits planned, {visits['missed']:,} do not fit",
                f"pay of {pay['period']}: {pay['total']} {pay['currency']}",
                f"{seconds:.1f} s; open {self.out_dir / 'report.html'}",
            ]
        )


def run_demo(
    params: DemoParams,
    settings: Settings,
    out_dir: Path,
    run: RunControl,
    outputs: Outputs | None = None,
) -> DemoOutcome:
    """
    Run the whole line and write its files.

    Parameters
    ----------
    params
        What it runs on.
    settings
        Where the sample company and the geography are.
    out_dir
        Folder of the files; made if missing.
    run
        Progress, time limit and cancel; a cancelled run keeps the steps it finished.
    outputs
        Names the files that none of ours may replace, and is told what was written.

    Raises
    ------
    InputError
        If the list cannot be used or a file not be written; nothing is written then.
    KeyboardInterrupt
        If it was cancelled before anything was finished.
    """
    from planner.demo.files import FILES, ROUTES, STATEMENTS, write_files

    outputs = outputs or Outputs()
    outputs.read("--accounts", params.accounts_path)
    outputs.folder("--out", out_dir, files=FILES, folders=[ROUTES, STATEMENTS])
    seconds: dict[str, float] = {}
    with outputs:
        line = _read(params, settings, run, seconds)
        _run_steps(line, params, run)
        with _timed(seconds, "write"):
            run.report(0.93, "Writing files and the report")
            summary = write_files(line, settings, outputs["--out"])
        summary |= _ending(line, run)
        text = json.dumps(summary, indent=1, ensure_ascii=False, default=str)
        write_text(text, outputs["--out"] / "summary.json")
    run.report(1.0, "Done")
    is_met = bool(summary.get("balance", {}).get("is_met"))
    return DemoOutcome(summary=summary, is_met=is_met, out_dir=out_dir)


def _read(
    params: DemoParams, settings: Settings, run: RunControl, seconds: dict[str, float]
) -> DemoLine:
    with _timed(seconds, "import"):
        run.report(0.0, "Reading the accounts")
        line = steps.read(params, settings)
    line.seconds = seconds
    return line


def _run_steps(line: DemoLine, params: DemoParams, run: RunControl) -> None:
    """Run step after step, until all are done or the run is cancelled."""

    def step(name: str, fraction: float, note: str, work: Callable[[], None]) -> None:
        if run.is_cancelled():
            return
        run.report(fraction, note)
        with _timed(line.seconds, name):
            work()
        if not run.is_cancelled():
            line.finished.append(name)

    with steps.visit_workers(params, run) as executor:
        step("segment", 0.08, "Segmenting", lambda: steps.segment(line))
        step(
            "balance",
            0.1,
            "Balancing",
            lambda: steps.balance_territories(line, params, run.part(0.1, 0.4)),
        )
        step(
            "quotas",
            0.4,
            "Setting quotas and owners",
            lambda: steps.own_and_set(line, params),
        )
        step(
            "visits",
            0.42,
            "Planning visits",
            lambda: steps.plan_team_visits(
                line, params, executor, run.part(0.42, 0.85)
            ),
        )
    step("publish", 0.86, "Publishing", lambda: steps.freeze_plan(line))
    step("pay", 0.88, "Crediting deals and paying", lambda: steps.pay_month(line))
    if not line.finished:
        raise KeyboardInterrupt


def _ending(line: DemoLine, run: RunControl) -> dict[str, Any]:
    """Say how long it took and, of a cancelled run, how far it came."""
    seconds = {name: round(value, 2) for name, value in line.seconds.items()}
    if not run.is_cancelled():
        return {"seconds": seconds}
    return {"cancelled": True, "finished": line.finished, "seconds": seconds}


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
