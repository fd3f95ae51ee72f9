"""The whole line without a screen or a store: what ``python -m planner demo`` does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.core.run import RunControl
from planner.core.settings import Settings
from planner.services.demo import steps
from planner.services.demo.line import DemoParams


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
    params: DemoParams, settings: Settings, out_dir: Path, run: RunControl
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
        Progress, time limit and cancel.

    Raises
    ------
    InputError
        If the list cannot be used; nothing is written then.
    """
    from planner.services.demo.files import write_files

    seconds: dict[str, float] = {}
    with _timed(seconds, "import"):
        run.report(0.0, "Reading the accounts")
        line = steps.read(params, settings)
    line.seconds = seconds
    with steps.visit_workers(params) as executor:
        with _timed(seconds, "segment"):
            run.report(0.08, "Segmenting")
            steps.segment(line)
        with _timed(seconds, "balance"):
            steps.balance_territories(line, params, run.part(0.1, 0.4))
        with _timed(seconds, "quotas"):
            run.report(0.4, "Setting quotas and owners")
            steps.own_and_set(line, params)
        with _timed(seconds, "visits"):
            steps.plan_team_visits(line, params, executor, run.part(0.42, 0.85))
    with _timed(seconds, "publish"):
        run.report(0.86, "Publishing")
        steps.freeze_plan(line)
    with _timed(seconds, "pay"):
        run.report(0.88, "Crediting deals and paying")
        steps.pay_month(line)
    with _timed(seconds, "write"):
        run.report(0.93, "Writing files and the report")
        summary = write_files(line, settings, out_dir)
    summary["seconds"] = {name: round(value, 2) for name, value in seconds.items()}
    from planner.core.files import write_text

    text = json.dumps(summary, indent=1, ensure_ascii=False, default=str)
    write_text(text, out_dir / "summary.json")
    run.report(1.0, "Done")
    return DemoOutcome(
        summary=summary, is_met=bool(summary["balance"]["is_met"]), out_dir=out_dir
    )


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
