"""What went wrong, where the user looks: in the page and in its callbacks."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec

import streamlit as st
from streamlit.errors import StreamlitAPIException

from planner.core.errors import InfeasibleError, PlannerError, SchemaError
from planner.core.text import map_text

log = logging.getLogger(__name__)

P = ParamSpec("P")

SHOWN_FAULTS = 5
_FAULTS = "callback-faults"  # what callbacks could not do, for the page to show


def error_box(error: BaseException, *, where: str = "", repair: str = "") -> None:
    """
    Say what happened, where, and what to do.

    Parameters
    ----------
    error
        A `PlannerError` speaks for itself; anything else is a bug: it is logged
        and shown with a number by which the log line can be found.
    where
        What was being done: ``Reading the file``.
    repair
        What the user can do about it.
    """
    if isinstance(error, PlannerError):
        head, lines = _spoken(error, where)
    else:
        number = secrets.token_hex(3).upper()
        log.error("error %s: %s", number, where, exc_info=error)
        head = (
            f"{where}: this should not have happened" if where else "Unexpected fault"
        )
        lines = [f"Nothing was saved. The log has the details under number {number}."]
    if repair:
        lines = [*lines, repair]
    body = "".join(f'<div class="pl-box-line">{map_text(x, 600)}</div>' for x in lines)
    st.html(
        f'<div class="pl-box pl-box-fault" role="alert">'
        f'<div class="pl-box-head">{map_text(head, 200)}</div>{body}</div>'
    )


def _spoken(error: PlannerError, where: str) -> tuple[str, list[str]]:
    """Split an error of ours into a heading and its lines."""
    head = where or "This cannot be done"
    if isinstance(error, SchemaError) and error.rows:
        lines = [str(fault) for fault in error.rows[:SHOWN_FAULTS]]
        rest = len(error.rows) - len(lines)
        return head, [*lines, f"and {rest} more"] if rest else lines
    if isinstance(error, InfeasibleError):
        return head, [str(reason) for reason in error.reasons]
    return head, [str(error)]


@contextmanager
def guard(where: str, repair: str = "") -> Iterator[None]:
    """
    Show what goes wrong inside as a box instead of a broken page.

    Parameters
    ----------
    where
        What is being done, for the heading.
    repair
        What the user can do about it.
    """
    try:
        yield
    except PlannerError as error:
        error_box(error, where=where, repair=repair)
    except StreamlitAPIException:
        raise
    except Exception as error:  # noqa: BLE001 - the page's last line of defence
        error_box(error, where=where)


def guarded(
    act: Callable[P, object], where: str, *args: P.args, **kwargs: P.kwargs
) -> Callable[[], None]:
    """
    Guard a callback: what goes wrong in it is shown below the page's header.

    Streamlit runs callbacks before the page's script, outside of the page's own guard.

    Parameters
    ----------
    act
        The callback.
    where
        What is being done, for the heading.
    args, kwargs
        What it is called with.

    Returns
    -------
    What to hand to ``on_click``, ``on_change`` and the like.
    """
    return partial(_run_guarded, partial(act, *args, **kwargs), where)


def _run_guarded(act: Callable[[], object], where: str) -> None:
    try:
        act()
    except Exception as error:  # noqa: BLE001 - it is shown, with a number in the log
        st.session_state.setdefault(_FAULTS, []).append((where, error))
        st.rerun()  # of the whole page, also where only a part of it would be drawn


def show_faults() -> None:
    """Show what went wrong in callbacks since the page was drawn last."""
    for where, error in st.session_state.pop(_FAULTS, []):
        error_box(error, where=where)
