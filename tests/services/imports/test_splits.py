"""Who shares a deal's credit: read strictly, saved, exported, paid by."""

from __future__ import annotations

import pandas as pd
import pytest

from planner.core.run import RunControl
from planner.services.exports.tables import table_of
from planner.services.imports.importing import PathOptions, check_path, import_path
from planner.services.pay import runs
from planner.store.company import deals as deal_rows

HEAD = "deal_id,position_id,share\n"


def splits_of(ws):
    with ws.store.reading() as conn:
        return deal_rows.load_splits(conn, ws.company_id)


def two_deals(ws):
    """Name two won deals of October without splits, and their amounts."""
    with ws.store.reading() as conn:
        deals = deal_rows.load_deals(conn, ws.company_id)
    month = deals["close_on"].dt.strftime("%Y-%m").eq("2026-10")
    plain = deals["kind"].eq("new") & deals["stage"].eq("won") & month
    free = deals[plain & ~deals.index.isin(splits_of(ws)["deal_id"])]
    return free["amount_minor"].head(2)


def load(ws, tmp_path, rows, mode="add", **more):
    path = tmp_path / "splits.csv"
    path.write_text(HEAD + rows)
    return import_path(ws, path, "splits", PathOptions(mode=mode, **more))


def test_a_split_deal_is_credited_and_paid_as_it_says(sample, tmp_path):
    """60 and 40 % of a deal of October; what others share stays in mode add."""
    before = splits_of(sample)
    [(deal, amount), (other, _)] = two_deals(sample).items()
    rows = f"{deal},P-R01,0.6\n{deal},P-R02,40 %\n{other},P-R02,1\n"
    report = load(sample, tmp_path, rows)
    assert (report.rows_read, report.rows_accepted) == (3, 3)
    assert len(splits_of(sample)) == len(before) + 3
    run = runs.run_period(sample, {"period": "2026-10"}, RunControl())
    statement = runs.statement(sample, "P-R02", "2026-10")
    assert run["n_deals"] > 0
    assert {deal, other} <= set(statement.steps["deal_id"])
    steps = statement.steps[statement.steps["deal_id"].eq(deal)]
    assert int(steps["credit_minor"].iloc[0]) == amount - round(amount * 0.6)
    # the same file again changes nothing; one deal given anew keeps no older share
    load(sample, tmp_path, rows)
    assert len(splits_of(sample)) == len(before) + 3
    load(sample, tmp_path, f"{deal},P-R01,1\n")
    now = splits_of(sample)
    assert now.loc[now["deal_id"].eq(deal), "share_ppm"].tolist() == [1_000_000]
    assert len(now) == len(before) + 2


def test_what_is_exported_comes_back_as_the_same_rows(sample, tmp_path):
    before = splits_of(sample)
    assert len(before)
    text = table_of(sample, "splits", None).to_csv(index=False)
    assert text.startswith(HEAD)
    load(sample, tmp_path, text.removeprefix(HEAD), mode="replace")
    key = ["deal_id", "position_id"]
    pd.testing.assert_frame_equal(
        splits_of(sample).sort_values(key, ignore_index=True),
        before.sort_values(key, ignore_index=True),
    )


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ("{deal},P-R01,0.6\n{deal},P-R02,0.3\n", "share_sum", "make 90 %"),
        ("{deal},P-R01,0.5\n{deal},P-R01,0.4\n", "duplicate_id", "P-R01"),
        ("{deal},P-R01,60\n{deal},P-R02,40\n", "bad_share", "60"),
        ("{deal},P-R01,0.9\n{deal},P-R02,0\n", "missing_share", "above 0"),
        ("{deal},P-R01,\n", "missing_share", "above 0"),
        ("{deal},P-NONE,1\n", "unknown_position", "P-NONE"),
        ("D-NONE,P-R01,1\n", "unknown_deal", "import the deals first"),
        (",P-R01,1\n", "missing_deal_id", "deal_id"),
    ],
)
def test_what_cannot_be_a_split_is_refused_with_its_row(
    sample, tmp_path, rows, code, words
):
    deal = two_deals(sample).index[0]
    before = splits_of(sample)
    path = tmp_path / "splits.csv"
    path.write_text(HEAD + rows.format(deal=deal))
    report = check_path(sample.settings, path, "splits", PathOptions(), sample)
    assert report.frame.empty
    findings = report.findings[report.findings["code"].eq(code)]
    assert len(findings), report.findings["code"].tolist()
    assert words in findings["message"].iloc[0]
    assert findings["row"].iloc[0] in {1, 2}
    assert not load(sample, tmp_path, rows.format(deal=deal)).is_usable
    assert splits_of(sample).equals(before)
