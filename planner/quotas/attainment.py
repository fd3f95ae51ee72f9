"""Credit over quota, by month and since the year's start."""

from __future__ import annotations

import pandas as pd


def attainment(
    credit_rows: pd.DataFrame,
    quotas: pd.DataFrame,
    measure: str,
    year: int,
    *,
    first_month: int = 1,
) -> pd.DataFrame:
    """
    Set each position's credits against its quotas.

    Parameters
    ----------
    credit_rows
        Credits as `credit_deals` returns them; those of other years are left out.
    quotas
        QUOTAS frame.
    measure
        The quota's measure.
    year
        The year, called after the calendar year it begins in.
    first_month
        The month it begins with, 1 to 12.

    Returns
    -------
    shape (n_positions · 12, 9)
        Indexed by `position_id`, `period` (month): `credit_minor` (revenue, direct and
        rolled: for a manager the team's distinct deals), `quota_minor`,
        `attainment_share`, the same since the year's start with the prefix `ytd_`,
        `overlay_minor`, `year_quota_minor`, `year_share`. A share is NaN where there is
        no quota above zero.
    """
    first = pd.Period(year=year, month=first_month, freq="M")
    months = [str(first + ahead) for ahead in range(12)]
    mine = credit_rows[credit_rows["close_on"].dt.strftime("%Y-%m").isin(months)]
    sums = _by_month(mine[mine["credit_type"].eq("revenue")])
    beside = _by_month(mine[mine["credit_type"].eq("overlay")])
    of_measure = quotas[quotas["measure"].eq(measure)]
    quota = of_measure.set_index(["position_id", "period"])["amount_minor"]
    names = sorted(set(mine["position_id"]) | set(of_measure["position_id"]))
    index = pd.MultiIndex.from_product([names, months], names=["position_id", "period"])
    frame = pd.DataFrame(index=index)
    frame["credit_minor"] = sums.reindex(index, fill_value=0)
    frame["quota_minor"] = quota.reindex(index)
    frame["attainment_share"] = _share(frame["credit_minor"], frame["quota_minor"])
    by_position = frame.groupby(level="position_id")
    frame["ytd_credit_minor"] = by_position["credit_minor"].cumsum()
    frame["ytd_quota_minor"] = by_position["quota_minor"].cumsum()
    frame["ytd_share"] = _share(frame["ytd_credit_minor"], frame["ytd_quota_minor"])
    frame["overlay_minor"] = beside.reindex(index, fill_value=0)
    # a stated year stands above the sum of its months
    yearly = frame["quota_minor"].groupby(level="position_id").sum(min_count=1)
    stated = of_measure[of_measure["period"].eq(str(year))].set_index("position_id")
    yearly = stated["amount_minor"].reindex(yearly.index).fillna(yearly)
    frame["year_quota_minor"] = yearly.reindex(
        index.get_level_values("position_id")
    ).array
    frame["year_share"] = _share(frame["ytd_credit_minor"], frame["year_quota_minor"])
    return frame


def _by_month(credit_rows: pd.DataFrame) -> pd.Series:
    month = credit_rows["close_on"].dt.strftime("%Y-%m").rename("period")
    return credit_rows.groupby(["position_id", month])["amount_minor"].sum()


def _share(credit: pd.Series, quota: pd.Series) -> pd.Series:
    """Divide where there is a quota above zero."""
    whole = quota.astype("Float64").where(quota > 0)
    return (credit / whole).astype(float)
