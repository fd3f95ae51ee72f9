"""A pay run on files written for a test."""

from __future__ import annotations

import pytest

from planner.commissions.files.batch import run_pay


@pytest.fixture
def pay_files(tmp_path):
    """Run a month on files, some of them replaced; results go to ``<out>``."""

    def run(
        usual, period, out="out", *, ledger=None, earlier=(), is_verified=False, **files
    ):
        paths = {}
        for name, text in (usual | files).items():
            if text is not None:
                paths[f"{name}_path"] = tmp_path / f"{name}.csv"
                paths[f"{name}_path"].write_text(text)
        plans = [tmp_path / f"earlier-{number}.yaml" for number in range(len(earlier))]
        for path, text in zip(plans, earlier, strict=True):
            path.write_text(text)
        return run_pay(
            **paths,
            period=period,
            out_dir=tmp_path / out,
            ledger_dir=None if ledger is None else tmp_path / ledger,
            earlier_plan_paths=plans,
            is_verified=is_verified,
        )

    return run
