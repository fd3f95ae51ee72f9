"""
Make everything in `data/`: the country's geography and the simulated sample company.

Run it from anywhere; equal options give equal bytes::

    python data/generate.py
    python data/generate.py --out /tmp/small --accounts 300
    python data/generate.py --out /tmp/large --accounts 100000 --whole-country

The second form reads the geography from `data/`; only the first, or `--atlas`, makes
it anew. The comp plan (`sample/comp_plan.yaml`) is written by hand and not touched.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from making import company, faults, reference, world  # noqa: E402
from making.output import write_csv  # noqa: E402

from planner.core.errors import PlannerError  # noqa: E402

DATA = ROOT / "data"
CACHE = Path(tempfile.gettempdir()) / "planner-atlas"


def main(arguments: list[str] | None = None) -> int:
    """Make what the options ask for; 2 if that is not possible."""
    options = _parser().parse_args(arguments)
    try:
        if options.whole_country:
            company.write_whole_country(
                DATA, options.out, options.accounts, options.seed
            )
            return 0
        has_own_place = options.out.resolve() != DATA
        if options.atlas or not has_own_place:
            atlas = options.atlas or reference.fetch_atlas(CACHE, *reference.ATLAS)
            reference.write_reference(atlas, options.out)
            countries = reference.fetch_atlas(CACHE, *world.ATLAS)
            world.write_world(countries, options.out)
        source = options.out if options.atlas else DATA
        accounts = company.write_company(
            source, options.out / "sample", options.accounts, options.seed
        )
        faulty = faults.faulty_rows(accounts, company.CURRENCY)
        write_csv(faulty, options.out / "accounts_with_faults.csv", index=False)
    except PlannerError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Make the data; see the file's head.")
    parser.add_argument("--out", type=Path, default=DATA, help="folder to write to")
    parser.add_argument("--accounts", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--atlas", type=Path, help="counties-10m.json of npm us-atlas 3.0.1"
    )
    parser.add_argument(
        "--whole-country",
        action="store_true",
        help="only accounts.csv, all over the United States",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
