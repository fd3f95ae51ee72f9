"""The sample's days roll forward with the clock: its last year happens again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from planner.accounts.sample import SampleCompany
from planner.core.schemas import CLOSED_STAGES, OPEN_STAGES

YEAR = pd.Timedelta(weeks=52)  # weekdays stay what they were
SLIP = pd.Timedelta(weeks=4)  # by which an expected close that passed moves on
_DAYS_A_YEAR = 365.2425
_SAMPLE_PLAN = "# The sample company's comp plan"


def sample_on(sample: SampleCompany, day: dt.date) -> SampleCompany:
    """
    Give the sample company as it stands on a day.

    Parameters
    ----------
    sample
        As it lies in the files, with the day its figures reach to.
    day
        Its today.

    Returns
    -------
    Moved by whole years to the last time its day came before `day`, and rolled forward
    from there; on the day of its files as it is.
    """
    first = dt.date.fromisoformat(sample.company["as_of"])
    years = day.year - first.year
    while first + _span(years) > day:
        years -= 1
    moved = _moved(sample, years) if years else sample
    since = first + _span(years)
    if since == day:
        return moved
    deals = later_deals(moved.deals, since, day)
    visits = later_visits(moved.visits_made, since, day)
    return replace(
        moved,
        company=moved.company | {"as_of": day.isoformat()},
        plan_text=plan_until(moved.plan_text, day.year),
        deals=pd.concat([on_the_way(moved.deals, day), deals]).sort_index(),
        splits=pd.concat([moved.splits, later_splits(moved.splits, deals)]),
        visits_made=pd.concat([moved.visits_made, visits]).sort_index(),
        quotas=_until_year(moved.quotas, since.year, day.year),
    )


def later_deals(deals: pd.DataFrame, since: dt.date, until: dt.date) -> pd.DataFrame:
    """
    Let the deals closed in the year before happen again.

    Parameters
    ----------
    deals
        DEALS frame up to `since`.
    since, until
        The days after the first, up to and with the second, get deals.

    Returns
    -------
    Only the new deals. What is renewed is the deal of the year before; a cancellation
    of a deal that does not happen again is left out.
    """
    return _year_by_year(_deals_again, deals, since, until)


def later_visits(visits: pd.DataFrame, since: dt.date, until: dt.date) -> pd.DataFrame:
    """Let the visits of the year before happen again; only the new ones are given."""
    return _year_by_year(_visits_again, visits, since, until)


def later_splits(splits: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Agree on the shares of the deals that happen again as on those before."""
    copies = pd.Series(later.index, index=later.index.map(_before))
    agreed = splits[splits["deal_id"].isin(copies.index)]
    return agreed.assign(deal_id=agreed["deal_id"].map(copies))


def on_the_way(deals: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Move the expected close of open deals on, by as many weeks as it takes."""
    late = pd.Timestamp(day) - deals["close_on"]
    slips = (late // SLIP + 1).where(deals["stage"].isin(OPEN_STAGES)).clip(lower=0)
    moved = deals.copy()
    for name in ("opened_on", "close_on"):
        dates = moved[name] + slips.fillna(0).astype("int64") * SLIP
        moved[name] = dates.astype("datetime64[s]")
    return moved


def plan_until(plan_text: str, year: int) -> str:
    """Let the sample's comp plan be valid to the end of a year; others stay."""
    last = re.search(r"valid_to: (\d{4})-01-01", plan_text)
    is_own = not plan_text.startswith(_SAMPLE_PLAN)
    if is_own or last is None or int(last[1]) > year:
        return plan_text
    return plan_text.replace(last[0], f"valid_to: {year + 1}-01-01")


def _year_by_year(
    repeat: Callable[[pd.DataFrame, pd.Timestamp, pd.Timestamp], pd.DataFrame],
    rows: pd.DataFrame,
    since: dt.date,
    until: dt.date,
) -> pd.DataFrame:
    """Repeat at most a year at a time: the year after repeats what was added."""
    start, end = pd.Timestamp(since), pd.Timestamp(until)
    n_before = len(rows)
    while start < end:
        stop = min(start + YEAR, end)
        later = repeat(rows, start, stop)
        rows = pd.concat([rows, later[~later.index.isin(rows.index)]])
        start = stop
    return rows.iloc[n_before:]


def _deals_again(
    deals: pd.DataFrame, start: pd.Timestamp, stop: pd.Timestamp
) -> pd.DataFrame:
    closed = deals[deals["stage"].isin(CLOSED_STAGES)]
    later = _again(closed, ["opened_on", "close_on"], "close_on", start, stop)
    cancels = later["kind"] == "cancellation"
    cancelled = later["related_deal_id"].map(_after, na_action="ignore")
    cancelled = cancelled.where(cancelled.isin([*deals.index, *later.index]))
    renewed = later["origin"].where(later["kind"] == "renewal")
    later["related_deal_id"] = cancelled.where(cancels, renewed).astype("str")
    return later[~cancels | cancelled.notna()].drop(columns="origin")


def _visits_again(
    visits: pd.DataFrame, start: pd.Timestamp, stop: pd.Timestamp
) -> pd.DataFrame:
    return _again(visits, ["visited_on"], "visited_on", start, stop).drop(
        columns="origin"
    )


def _again(
    rows: pd.DataFrame,
    dates: list[str],
    by: str,
    start: pd.Timestamp,
    stop: pd.Timestamp,
) -> pd.DataFrame:
    """Copy the rows of a year before; `origin` names the row that each repeats."""
    before = rows[(rows[by] > start - YEAR) & (rows[by] <= stop - YEAR)]
    ids = [_after(str(name)) for name in before.index]
    index = pd.Index(ids, dtype="str", name=rows.index.name)
    later = before.assign(origin=before.index).set_axis(index)
    return _plus(later, dates, YEAR)


def _after(name: str) -> str:
    """Name the next time of a deal or visit: D7, D7-2, D7-3."""
    stem, _, turn = name.partition("-")
    return f"{stem}-{int(turn or 1) + 1}"


def _before(name: str) -> str:
    stem, _, turn = name.partition("-")
    return stem if turn == "2" else f"{stem}-{int(turn) - 1}"


def _span(years: int) -> dt.timedelta:
    """Count whole weeks, as near to the years as they come."""
    return dt.timedelta(weeks=round(years * _DAYS_A_YEAR / 7))


def _moved(sample: SampleCompany, years: int) -> SampleCompany:
    """Move all dates by whole years: weekdays stay, firsts of a month stay firsts."""
    span, offset = pd.Timedelta(_span(years)), pd.DateOffset(years=years)
    day = dt.date.fromisoformat(sample.company["as_of"])
    company = sample.company | {"as_of": (day + _span(years)).isoformat()}
    for name in ("base_effective_from", "plan_year_from"):
        first = pd.Timestamp(company[name]) + offset
        company[name] = first.date().isoformat()
    return replace(
        sample,
        company=company,
        plan_text=_plan_in(sample.plan_text, day.year, years),
        accounts=_plus(
            _plus(sample.accounts, ["last_visit_on"], span), ["owned_since"], offset
        ),
        reps=_plus(sample.reps, ["hired_on", "left_on"], span),
        deals=_plus(sample.deals, ["opened_on", "close_on"], span),
        visits_made=_plus(sample.visits_made, ["visited_on"], span),
        ownership=_plus(sample.ownership, ["valid_from", "valid_to"], offset),
        quotas=_quotas_in(sample.quotas, years),
    )


def _plus(
    frame: pd.DataFrame, dates: list[str], span: pd.Timedelta | pd.DateOffset
) -> pd.DataFrame:
    return frame.assign(
        **{name: (frame[name] + span).astype("datetime64[s]") for name in dates}
    )


def _quotas_in(quotas: pd.DataFrame, years: int) -> pd.DataFrame:
    period = quotas["period"]
    year = period.str[:4].astype(int) + years
    return quotas.assign(period=(year.astype("str") + period.str[4:]).astype("str"))


def _until_year(quotas: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Carry the quotas on into the years that began meanwhile."""
    more = [_quotas_in(quotas, ahead + 1) for ahead in range(last - first)]
    return pd.concat([quotas, *more], ignore_index=True)


def _plan_in(plan_text: str, year: int, years: int) -> str:
    """Write the plan for other years: its id, its name, from when to when."""
    return re.sub(
        rf"\b({year}|{year + 1})\b", lambda match: str(int(match[0]) + years), plan_text
    )
