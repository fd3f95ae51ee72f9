"""The certificate leads: plans from assignments, and why the search ends."""

import numpy as np
import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.territory.model.instance import Instance
from planner.territory.model.params import BalanceMeasure, BalanceParams
from planner.territory.solve import leading
from planner.territory.solve.balance import balance


def towns(seed=0, n_units=240):
    """Scatter customers around three towns far apart, in unequal parts."""
    rng = np.random.default_rng(seed)
    places = np.array([[0.0, 0.0], [400.0, 100.0], [150.0, 500.0]])
    town = rng.choice(3, n_units, p=[0.55, 0.3, 0.15])
    xy = places[town] + rng.normal(0, 15, (n_units, 2))
    return pd.DataFrame(
        {
            "x_km": xy[:, 0],
            "y_km": xy[:, 1],
            "accounts": rng.integers(1, 4, n_units).astype(float),
            "revenue": rng.lognormal(3, 0.3, n_units).round(),
        },
        index=pd.Index([f"u{n:03d}" for n in range(n_units)], dtype="str"),
    )


def asked(*columns, tolerance=0.1, **options):
    measures = tuple(BalanceMeasure(column=c, tolerance=tolerance) for c in columns)
    return BalanceParams(
        measures=measures, **{"n_territories": 12, "effort": 0.2, **options}
    )


def test_towns_get_the_centres_they_need():
    """A search over borders alone left plans like this 46 % from their bound."""
    plan = balance(Instance.from_units(towns()), asked("accounts"))
    assert plan.is_met
    assert plan.extra_pieces == 0
    assert plan.gap < 0.05
    again = balance(Instance.from_units(towns()), asked("accounts"))
    assert plan.to_frame().equals(again.to_frame())


def test_it_ends_where_the_gap_is_as_wanted():
    units = towns()
    plan = balance(Instance.from_units(units), asked("accounts", gap_wanted=5.0))
    assert plan.stopped_because == "gap_reached"
    assert plan.gap_wanted == 5.0
    narrow = balance(Instance.from_units(units), asked("accounts", gap_wanted=1e-9))
    assert narrow.stopped_because == "work"
    assert narrow.objective <= plan.objective
    assert "a time limit lets it go on" in narrow.summary()
    assert "a time limit lets it go on" not in plan.summary()


def test_no_time_is_promised_to_a_plan_that_starts_from_todays():
    units = towns()
    stripes = np.argsort(np.argsort(units["x_km"])) * 12 // len(units)
    today = pd.Series([f"T{k:02d}" for k in stripes], index=units.index)
    instance = Instance.from_units(units, current=today)
    params = asked("accounts", is_started_from_current=True, gap_wanted=1e-9)
    plan = balance(instance, params)
    assert plan.stopped_because == "work"
    assert plan.gap > 1e-9
    assert "a time limit lets it go on" not in plan.summary()


def test_proof_and_time_end_it_too():
    units = towns()
    units.loc[units.index[0], "accounts"] = 500.0  # more than a territory's share
    plan = balance(Instance.from_units(units), asked("accounts"))
    assert (plan.status, plan.stopped_because) == ("infeasible", "proof")
    late = balance(
        Instance.from_units(towns()),
        asked("accounts"),
        run=RunControl(time_limit_s=0),
    )
    assert late.stopped_because == "time"


@pytest.mark.parametrize("finer", [2, 1000], ids=["levels", "no level"])
def test_two_measures_are_balanced_from_cells_to_units(monkeypatch, finer):
    monkeypatch.setattr(leading, "PROGRAM_CELLS", 60)
    monkeypatch.setattr(leading, "_FINER", finer)
    params = asked("accounts", "revenue", tolerance=0.15)
    plan = balance(Instance.from_units(towns()), params)
    assert plan.is_met
    assert plan.extra_pieces == 0
    assert plan.gap_wanted == 0.05


def test_progress_never_goes_back():
    reports = []
    run = RunControl(on_progress=reports.append)
    balance(Instance.from_units(towns()), asked("accounts", gap_wanted=1e-9), run=run)
    shares = [report.fraction for report in reports]
    assert shares == sorted(shares)
    assert any(report.note == "Closing the gap" for report in reports)
