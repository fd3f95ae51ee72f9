"""Balance against moves: the curve, the proof, and the plan of a point."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.services.balance import decisions
from planner.services.balance.request import LABELS
from planner.services.workspace import OpenCompany
from planner.ui.charts.decisions import PICK, frontier_curve
from planner.ui.faults import guarded

_HELP = (
    "Each point is the best plan found that moves at most so many accounts. The shaded "
    "ground is proven to hold no plan: to be that even, more accounts must move. The "
    "proof lets units be split, so the true border may lie further right."
)


def point_key(job_id: str) -> str:
    """Name the choice of a point in the session."""
    return f"terr-point-{job_id}"


def forget_point(job_id: str) -> None:
    """Let go of the point that was chosen, on the chart too."""
    st.session_state[point_key(job_id)] = None
    _redraw(job_id)


def _redraw(job_id: str) -> None:
    """Give the chart a new key: Vega keeps what was clicked as long as it lives."""
    key = f"{point_key(job_id)}-drawn"
    st.session_state[key] = st.session_state.get(key, 0) + 1


def panel_head(ws: OpenCompany, job: Any, title: str, sentence: str) -> None:
    """Head the answer of a job that compares plans; it can be closed for good."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{title}**", help=sentence, width="content")
        if st.button("Close", key=f"terr-{job.kind}-close"):
            decisions.discard(ws, job.job_id)
            st.rerun()


def frontier_panel(ws: OpenCompany, fmt: Formats, job: Any) -> str | None:
    """
    Show the curve of a finished job.

    Returns
    -------
    The chosen limit, a key of the job's `plans`; None: no point is chosen.
    """
    points = pd.DataFrame(job.result["points"])
    measures = [m for m in job.params["measures"] if m.get("tolerance") is not None]
    labels = {m["column"]: LABELS[m["column"]] for m in measures}
    limits = {m["column"]: float(m["tolerance"]) for m in measures}
    least = job.result.get("least_moves")
    key = point_key(job.job_id)
    chart_key = f"{key}-chart-{st.session_state.get(f'{key}-drawn', 0)}"

    def take() -> None:
        picked = st.session_state[chart_key]["selection"].get(PICK) or []
        limits_shown = [f"{limit:g}" for limit in points["limit"]]
        limit = f"{picked[0]['limit']:g}" if picked else None
        st.session_state[key] = limit if limit in limits_shown else None

    with st.container(key="pl-job-frontier"):
        panel_head(ws, job, "Balance against moves", _HELP)
        is_weighed = bool(job.params.get("weighs_moves"))
        st.markdown(
            frontier_sentence(fmt, points, labels, limits, least, is_weighed=is_weighed)
        )
        choice = st.session_state.get(key)
        st.altair_chart(
            frontier_curve(
                points,
                labels,
                limits,
                least,
                None if choice is None else int(choice),
                moves="Average accounts disturbed" if is_weighed else "Accounts moved",
            ),
            on_select=guarded(take, "Choosing a point"),
            selection_mode=[PICK],
            key=chart_key,
        )
        st.pills(
            "Show the plan with at most so many accounts moved",
            [f"{limit:g}" for limit in points["limit"]],
            key=key,
            on_change=guarded(_redraw, "Choosing a point", job.job_id),
        )
    return st.session_state.get(key)


def frontier_sentence(
    fmt: Formats,
    points: pd.DataFrame,
    labels: dict[str, str],
    limits: dict[str, float],
    least_moves: float | None,
    *,
    is_weighed: bool = False,
) -> str:
    """Say in a sentence or two what the curve shows."""
    met = points[points["ratio"] <= 1 + 1e-9]
    row = (met if len(met) else points.tail(1)).iloc[0]
    measures = " and ".join(
        f"{label.lower()} within {fmt.share(row[f'{column}_deviation'])}"
        for column, label in labels.items()
    )
    n_moved = fmt.number(row["moved"])
    goals = " and ".join(fmt.share(limits[column], 0) for column in labels)
    if is_weighed:
        moved = f"disturbs as much as the move of {n_moved} average accounts"
        sentence = (
            f"For {measures}, the best plan found {moved}"
            if len(met)
            else f"A plan that {moved} does not reach the limit of {goals}: {measures}"
        )
        proof = "any plan disturbs at least as much as {}"
    else:
        sentence = (
            f"For {measures}, {n_moved} accounts move in the best plan found"
            if len(met)
            else f"With {n_moved} moved accounts the limit of {goals} is not reached: "
            f"{measures}"
        )
        proof = "at least {} must move"
    if least_moves is None or least_moves <= 0:
        return f"{sentence}."
    return f"{sentence}; {proof.format(fmt.number(least_moves))}, proven."
