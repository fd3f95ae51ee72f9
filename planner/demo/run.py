"""``python -m planner demo``: the whole line on a store of its own, no screen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from planner.core.files.outputs import Outputs
from planner.core.files.tables import write_text
from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.demo.line import DemoLine, DemoParams
from planner.services.workspace import Workspace, open_workspace
from planner.store.database.scratch import scratch


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
    for option, path in params.companions.items():
        outputs.read(option, path)
    outputs.folder("--out", out_dir, files=FILES, folders=[ROUTES, STATEMENTS])
    with outputs, _temporary_store(settings) as ws:
        line = _run_steps(ws, params, run)
        with _timed(line.seconds, "write"):
            run.report(0.93, "Writing files and the report")
            summary = write_files(line, outputs["--out"])
        summary |= _ending(line, run)
        text = json.dumps(summary, indent=1, ensure_ascii=False, default=str)
        write_text(text, outputs["--out"] / "summary.json")
    run.report(1.0, "Done")
    is_met = bool(summary.get("balance", {}).get("is_met"))
    return DemoOutcome(summary=summary, is_met=is_met, out_dir=out_dir)


@contextmanager
def _temporary_store(settings: Settings) -> Iterator[Workspace]:
    """Open a store of our own; the one of the settings is not touched."""
    with scratch(None) as folder:
        url = f"sqlite:///{folder / 'demo.sqlite'}"
        ws = open_workspace(replace(settings, store_url=url))
        try:
            yield ws
        finally:
            ws.store.close()


def _run_steps(ws: Workspace, params: DemoParams, run: RunControl) -> DemoLine:
    """Run step after step, until all are done or the run is cancelled."""
    from planner.demo import steps

    run.report(0.0, "Reading the accounts")
    seconds: dict[str, float] = {}
    with _timed(seconds, "import"):
        line = steps.begin(ws, params)
    line.seconds = seconds
    if run.is_cancelled():
        raise KeyboardInterrupt  # before anything was finished
    line.finished.append("import")

    def step(
        name: str, span: tuple[float, float], note: str, work: Callable[..., None]
    ) -> None:
        if run.is_cancelled():
            return
        run.report(span[0], note)
        with _timed(seconds, name):
            work(run.part(*span))
        if not run.is_cancelled():
            line.finished.append(name)

    step("balance", (0.1, 0.4), "Balancing", partial(steps.balance, line, params))
    step("quotas", (0.4, 0.42), "Setting quotas", lambda _: steps.set_quotas(line))
    visits = partial(steps.plan_visits, line, params)
    step("visits", (0.42, 0.85), "Planning visits", visits)
    step("publish", (0.86, 0.88), "Publishing", lambda _: steps.publish(line))
    step("pay", (0.88, 0.93), "Crediting and paying", partial(steps.pay, line))
    return line


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
