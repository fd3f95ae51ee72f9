"""Lists of one small company: its accounts with and without owners, people, deals."""

import numpy as np
import pandas as pd
import pytest

CITIES = {  # place, state, owner
    "Madison": (43.0731, -89.4012, "WI", "Ana Abel"),
    "Milwaukee": (43.0389, -87.9065, "WI", "Bo Bohr"),
    "Chicago": (41.85, -87.65, "IL", "../../HOUSE"),
}


@pytest.fixture(scope="session")
def lists(tmp_path_factory):
    """Folder with plain.csv and owned.csv (45 accounts), reps.csv, deals.csv."""
    folder = tmp_path_factory.mktemp("lists")
    rng = np.random.default_rng(5)
    rows = []
    for number in range(45):
        city = list(CITIES)[number % len(CITIES)]
        lat, lon, state, owner = CITIES[city]
        rows.append(
            {
                "account_id": f"{number:04d}",
                "name": f"Firm {number}",
                "city": city,
                "state": state,
                "latitude": round(lat + rng.normal(0, 0.2), 5),
                "longitude": round(lon + rng.normal(0, 0.2) - 0.2, 5),
                "owner": owner,
            }
        )
    # Without a place and without a city: it waits.
    rows.append({"account_id": "0045", "name": "Nowhere", "owner": "Ana Abel"})
    owned = pd.DataFrame(rows)
    owned.to_csv(folder / "owned.csv", index=False)
    owned.drop(columns="owner").to_csv(folder / "plain.csv", index=False)
    people = [("E1", "Ana Abel", 43.1, -89.4), ("E2", "Cy Cole", 41.8, -87.9)]
    columns = ["rep_id", "name", "lat", "lon"]
    pd.DataFrame(people, columns=columns).to_csv(folder / "reps.csv", index=False)
    deals = [
        (f"D{n}", f"{n % 45:04d}", 1000 + 10 * n, "won", f"2026-{1 + n % 12:02d}-15")
        for n in range(60)
    ]
    deals.append(("D60", "no such account", 5, "won", "2026-03-15"))
    columns = ["deal_id", "account_id", "amount", "stage", "close_date"]
    pd.DataFrame(deals, columns=columns).to_csv(folder / "deals.csv", index=False)
    return folder
