"""A small company of Wisconsin to balance, and how a balance of it is asked."""

from contextlib import contextmanager

import numpy as np

from planner.accounts.reading.sources import read_source
from planner.core.settings import Settings
from planner.services.balance.request import BalanceRequest
from planner.services.scenarios import listing
from planner.services.workspace import open_company, open_workspace
from planner.store.database.engine import open_store
from planner.territory.model.params import BalanceMeasure, BalanceParams

MILWAUKEE = "55079"
EFFORT = 0.02  # of the usual search: what is asked must hold, not be found best


def a_list():
    """Scatter sixty accounts over Wisconsin; a third of them in Milwaukee."""
    rng = np.random.default_rng(3)
    head = "id,name,latitude,longitude,state,status,potential,employees,Parent account"
    lines = [head]
    for n in range(60):
        lat, lon = rng.uniform(42.7, 45.5), rng.uniform(-90.8, -88.2)
        if n % 3 == 0:
            lat, lon = rng.uniform(43.0, 43.15), rng.uniform(-88.03, -87.93)
        parent = "Acme" if n in (1, 2) else ""
        place = f"{lat:.4f},{lon:.4f},WI"
        size = f"{1000 + 100 * (n % 4)},{20 + 10 * (n % 3)}"
        lines.append(f"A{n:02d},Firm {n},{place},customer,{size},{parent}")
    return read_source("\n".join(lines).encode(), "list.csv")


def scenario_id(ws):
    return listing.scenarios(ws)[0].scenario_id


def asked(*measures, **options):
    """Ask for three territories, within 20 % unless said otherwise."""
    tolerance = options.pop("tolerance", 0.2)
    own = {
        name: options.pop(name)
        for name in ("n_territories", "minimise", "max_moved")
        if name in options
    }
    params = BalanceParams(
        measures=tuple(
            BalanceMeasure(column=m, tolerance=tolerance)
            for m in measures or ("accounts",)
        ),
        is_started_from_current=True,
        effort=EFFORT,
        **own,
    )
    return BalanceRequest(params=params, **options)


@contextmanager
def copy_of(url, folder):
    """Open a copy of the company that a test may change."""
    path = folder / "planner.sqlite"
    path.write_bytes(open_store(url).backend.path.read_bytes())
    own = open_company(
        open_workspace(Settings(store_url=f"sqlite:///{path}", user="ann"))
    )
    yield own
    own.store.close()
