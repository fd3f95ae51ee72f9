"""The parts every page is made of: header, figures, boxes, job panel, downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from planner.core.errors import PlannerError
from planner.core.formats import gap_text
from planner.core.text import map_text
from planner.ui import simulated
from planner.ui.faults import error_box, show_faults

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


POLL_S = 1.0


def page_header(title: str, line: str, *, context: str = "") -> DeltaGenerator:
    """
    Start a page: its noun, one line under it, and a slot at the right.

    Parameters
    ----------
    title
        The noun of the question this page answers.
    line
        What can be done here.
    context
        What is being looked at, such as ``FY27 draft 3 · version 18``.

    Returns
    -------
    The slot for the page's one primary button; use it in a ``with``. In the header
    stands what of the company is simulated, below it what went wrong in a callback of
    the page.
    """
    with st.container(key="pl-header"):
        left, right = st.columns([2, 1], vertical_alignment="center")
        second = f'<p class="pl-context">{map_text(context)}</p>' if context else ""
        left.html(
            f'<h1 class="pl-title">{map_text(title)}</h1>'
            f'<p class="pl-line">{map_text(line, 240)}</p>{second}'
            f"{simulated.head_note()}"
        )
        slot = right.container(horizontal=True, horizontal_alignment="right")
    show_faults()
    return slot


@dataclass(frozen=True, slots=True)
class Metric:
    """
    One figure, and what a pending change makes of it.

    Parameters
    ----------
    label
        What is measured.
    value
        The figure as text; after the change if `before` is given.
    before
        The figure before the change; "": nothing is pending.
    change
        The signed difference with its unit, or any second line.
    good
        Whether the change is an improvement; None: neither.
    of
        What it shows or is made of, as of `simulated.signed`.
    """

    label: str
    value: str
    before: str = ""
    change: str = ""
    good: bool | None = None
    of: tuple[str, ...] = ()


def metric_row(metrics: Sequence[Metric]) -> None:
    """Show figures side by side, before → after where something changes."""
    cells = "".join(_metric(metric) for metric in metrics)
    st.html(f'<div class="pl-metrics">{cells}</div>')


def _metric(metric: Metric) -> str:
    label = simulated.signed(metric.label, *metric.of)
    tone = {True: " pl-good", False: " pl-bad", None: ""}[metric.good]
    before = (
        f'<span class="pl-metric-before">{map_text(metric.before)}</span>'
        '<span class="pl-metric-arrow">→</span>'
        if metric.before
        else ""
    )
    return (
        f'<div class="pl-metric"><div class="pl-metric-label">{map_text(label)}'
        f'</div><div class="pl-metric-value">{before}{map_text(metric.value)}</div>'
        f'<div class="pl-metric-change{tone}">{map_text(metric.change)}</div></div>'
    )


def empty_state(
    head: str, line: str, *, button: str = "", key: str = "empty", icon: str = ""
) -> bool:
    """
    Invite to the first step where there is nothing to show.

    Parameters
    ----------
    head
        What is missing: ``No scenario yet``.
    line
        What to do about it.
    button
        Verb of the button; "": none.
    key
        Unique on the page.
    icon
        Material symbol of the button, such as ``:material/add:``.

    Returns
    -------
    Whether the button was pressed.
    """
    with st.container(key=f"pl-empty-{key}"):
        st.html(
            f'<div class="pl-empty"><div class="pl-empty-head">{map_text(head)}</div>'
            f'<div class="pl-empty-line">{map_text(line, 300)}</div></div>'
        )
        if not button:
            return False
        return st.button(button, key=f"empty-button-{key}", icon=icon or None)


JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """
    What the panel shows of a job.

    Parameters
    ----------
    state
        How it stands.
    title
        What it does, in a user's words: ``Balancing 24 territories``.
    fraction
        Share done, 0 to 1.
    note
        What is being done now.
    best
        Best result so far, as text: ``worst deviation 4.8 %``.
    objective, bound
        Numbers to say how near the best possible it is; None: unknown.
    elapsed_s
        Seconds since it started.
    error
        Why it failed.
    """

    state: JobState
    title: str
    fraction: float = 0.0
    note: str = ""
    best: str = ""
    objective: float | None = None
    bound: float | None = None
    elapsed_s: float = 0.0
    error: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")


def job_panel(
    load_job: Callable[[str], JobView],
    cancel_job: Callable[[str], None],
    job_id: str,
    *,
    key: str = "job",
) -> JobView:
    """
    Show a background job until it ends; only this part of the page reruns.

    Parameters
    ----------
    load_job
        Reads the job by id; called each second while it runs.
    cancel_job
        Asks the job to stop; it keeps its best plan.
    job_id
        The job.
    key
        Unique on the page.

    Returns
    -------
    The job as read last. When a running job ends, the whole page reruns once,
    and this call then returns it with its final state.
    """
    job = load_job(job_id)
    if job.is_over:
        _job_box(job, key)
        return job

    @st.fragment(run_every=POLL_S)
    def poll() -> None:
        now = load_job(job_id)
        if now.is_over:
            st.rerun()
        with _job_box(now, key):
            if st.button("Cancel", key=f"job-cancel-{key}", icon=":material/stop:"):
                cancel_job(job_id)

    poll()
    return job


_ENDED = {
    "waiting": "waiting for its turn",
    "done": "finished",
    "cancelled": "cancelled; the best plan so far was kept",
}


def _job_box(job: JobView, key: str) -> DeltaGenerator:
    """Draw one state of a job; returns the box, open for a button."""
    box = st.container(key=f"pl-job-{key}")
    if job.state == "failed":
        with box:
            error_box(PlannerError(job.error or "no reason given"), where=job.title)
        return box
    fraction = 1.0 if job.state == "done" else min(1.0, max(0.0, job.fraction))
    minutes, seconds = divmod(int(job.elapsed_s), 60)
    note = _ENDED.get(job.state) or job.note
    progress = " · ".join(x for x in (f"{fraction * 100:.0f} %", note) if x)
    figures = " · ".join(x for x in (job.best, gap_text(job.objective, job.bound)) if x)
    box.html(
        f'<div class="pl-job-head"><span class="pl-job-title">{map_text(job.title)}'
        f'</span><span class="pl-job-time">{minutes}:{seconds:02d}</span></div>'
        f'<div class="pl-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"'
        f' aria-valuenow="{fraction * 100:.0f}" aria-label="{map_text(job.title)}">'
        f'<div style="width:{fraction * 100:.1f}%"></div></div>'
        f'<div class="pl-job-note"><span>{map_text(progress)}</span>'
        f"<span>{map_text(figures)}</span></div>"
    )
    return box


@dataclass(frozen=True, slots=True)
class Download:
    """A file to offer: label, content, file name and media type."""

    label: str
    data: bytes | str
    file_name: str
    mime: str = "application/octet-stream"


def download_row(downloads: Sequence[Download], *, key: str = "download") -> None:
    """Offer files side by side."""
    with st.container(horizontal=True, gap="small"):
        for place, offer in enumerate(downloads):
            st.download_button(
                offer.label,
                offer.data,
                offer.file_name,
                offer.mime,
                key=f"{key}-{place}",
                icon=":material/download:",
                on_click="ignore",
            )
