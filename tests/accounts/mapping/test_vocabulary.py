"""Their values by ours: known, given by the mapping, or asked about."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from planner.accounts.context import ImportContext
from planner.accounts.importing import import_table
from planner.accounts.mapping.guess import load_mapping, save_mapping
from planner.accounts.mapping.vocabulary import value_key, words_of
from planner.accounts.reading.sources import read_source
from planner.core.errors import InputError

DEALS = "deal_id,account_id,amount,close_date"


def report_of(text, kind="deals", **context):
    return import_table(
        read_source(text.encode(), "list.csv"), ImportContext(kind=kind, **context)
    )


def stages_of(*stages, header="stage", **context):
    rows = [f"D{place},A,5,2026-10-05,{stage}" for place, stage in enumerate(stages)]
    report = report_of("\n".join([f"{DEALS},{header}", *rows]), **context)
    return report.frame["stage"].tolist(), report


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Prospecting", "qualify"),
        ("Needs Analysis", "qualify"),
        ("Id. Decision Makers", "qualify"),
        ("Proposal/Price Quote", "propose"),
        ("Negotiation/Review", "negotiate"),
        ("3. Negotiation (80%)", "negotiate"),
        ("closedwon", "won"),
        ("Contract Sent", "negotiate"),
        ("Gewonnen", "won"),
        ("Cerrada perdida", "lost"),
    ],
)
def test_stages_of_crms_are_known(theirs, ours):
    assert words_of("stage")[value_key(theirs)] == ours


def test_an_unknown_stage_is_one_question_not_many_refusals():
    stages, report = stages_of("Commitish", "Commitish", "Closed Won")
    assert stages == ["qualify", "qualify", "won"]
    (question,) = report.findings[
        report.findings["code"] == "unknown_stage"
    ].itertuples()
    assert (question.value, question.severity) == ("Commitish", "warn")
    assert "2 rows" in question.message


def test_a_mapping_says_what_their_values_are():
    mapping = load_mapping(
        '{"deal_id": "deal_id", "account_id": "account_id", "amount": "amount", '
        '"close_on": "close_date", "stage": {"column": "stage", '
        '"values": {"Commitish": "negotiate"}}}'
    )
    stages, report = stages_of("commitish", "won", mapping=mapping)
    assert stages == ["negotiate", "won"]
    assert report.findings.empty
    assert load_mapping(save_mapping(report.readings)) == mapping
    assert report.choices[["value", "ours", "n_rows"]].to_numpy().tolist() == [
        ["commitish", "negotiate", 1],
        ["won", "won", 1],
    ]


def test_a_mapping_cannot_name_a_value_we_do_not_have():
    with pytest.raises(InputError, match="stage for 'x' must be one of qualify"):
        load_mapping('{"stage": {"column": "s", "values": {"x": "perhaps"}}}')


def test_a_missing_stage_is_open_and_a_list_without_stages_is_of_bookings():
    stages, report = stages_of("", "won")
    assert stages == ["qualify", "won"]
    assert report.findings["code"].tolist() == ["missing_stage"]
    plain = report_of(f"{DEALS}\nD1,A,5,2026-10-05\n")
    assert plain.frame["stage"].tolist() == ["won"]
    assert plain.findings["code"].tolist() == ["all_won"]


@pytest.mark.parametrize(
    ("won", "closed", "stage", "expected"),
    [
        ("TRUE", "TRUE", "Order in hand", "won"),
        ("FALSE", "TRUE", "Gone", "lost"),
        ("FALSE", "FALSE", "Closed Won", "qualify"),
        ("false", "false", "Negotiation/Review", "negotiate"),
    ],
)
def test_what_is_won_and_closed_decides(won, closed, stage, expected):
    stages, _ = stages_of(f"{stage},{closed},{won}", header="StageName,IsClosed,IsWon")
    assert stages == [expected]


def test_an_open_deal_needs_no_amount_and_a_deleted_one_is_left_out():
    report = report_of(
        f"{DEALS},stage,IsDeleted\nD1,A,,2026-10-05,open,FALSE\n"
        "D2,A,,2026-10-05,won,FALSE\nD3,A,5,2026-10-05,won,TRUE\n"
    )
    assert report.frame["amount_minor"].tolist() == [0]
    refused = report.findings[report.findings["severity"] == "reject"]
    assert refused["code"].tolist() == ["missing_amount", "deleted_row"]


def test_types_of_accounts_are_their_status():
    report = report_of(
        "id,name,lat,lon,Type\nA,B,41,-87,Customer - Direct\nC,D,42,-87,Prospect\n"
        "E,F,43,-87,Customer - Channel\nG,H,44,-87,Competitor\n",
        kind="accounts",
    )
    assert report.frame["status"].tolist() == [
        "customer",
        "prospect",
        "customer",
        "prospect",
    ]
    assert report.findings["code"].tolist() == ["unknown_status"]


def test_an_inactive_rep_has_left_by_today():
    report = report_of(
        "Id,Name,IsActive\nR1,Tod,FALSE\nR2,Ana,TRUE\n",
        kind="reps",
        as_of=dt.date(2026, 11, 20),
    )
    assert report.frame.loc["R1", "left_on"] == pd.Timestamp("2026-11-20")
    assert pd.isna(report.frame.loc["R2", "left_on"])


def test_a_column_of_outcomes_and_two_closing_dates_are_read_together():
    report = report_of(
        "Deal - ID,Deal - Value,Deal - Status,Deal - Stage,Organization - ID,"
        "Deal - Won time,Deal - Expected close date\n"
        "1,5,Won,Negotiations Started,O1,2026-10-05 10:00:00,2026-10-01\n"
        "2,5,Lost,Negotiations Started,O1,,2026-11-01\n"
        "3,5,Open,Demo Scheduled,O1,,2026-12-01\n"
    )
    assert report.frame["stage"].tolist() == ["won", "lost", "qualify"]
    assert report.frame["close_on"].dt.month.tolist() == [10, 11, 12]
    assert report.findings["code"].tolist() == ["other_date"]
