"""The open draft of this session, what is chosen, and what each gesture does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from planner.core.errors import ConflictError, PlannerError
from planner.core.formats import Formats
from planner.geography.selecting import inside, touched
from planner.services.drafts import editing
from planner.services.drafts.gestures import (
    assign_edit,
    held_accounts,
    home_edit,
    lock_edit,
    moved_text,
    things_text,
    unlock_edit,
)
from planner.services.drafts.log import OpenDraft
from planner.services.drafts.view import drafted
from planner.services.scenarios import Scenario
from planner.services.territories.view import TerritoryView
from planner.services.workspace import OpenCompany
from planner.territory.editing.apply import count_held
from planner.territory.editing.dividing import next_territory_id
from planner.territory.editing.edits import ACCOUNT, TERRITORY, UNIT, Edit, Together
from planner.ui import cache
from planner.ui.components.grid import TableEvent
from planner.ui.components.planmap import MapEvent

UNITS, ACCOUNTS = "Units", "Accounts"
NO_TERRITORY = "–"  # chosen as target: into none
TARGET, PICK = "terr-target", "terr-pick"
_KEPT, _SHOWN, _CHOICE, _FAULT = "wb-draft", "wb-shown", "wb-choice", "wb-fault"
_LINE, _CODES, _ZOOM, _SAID = "wb-line", "wb-codes", "wb-zoom", "wb-said"
AROUND = 0.15  # of what is zoomed to, on each side
LEAST_DEG = 0.2


@dataclass(slots=True)
class Choice:
    """What is chosen on map and table, in the order it was chosen."""

    units: dict[str, None] = field(default_factory=dict)
    accounts: dict[str, None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.units or self.accounts)

    def clear(self) -> None:
        """Choose nothing."""
        self.units.clear()
        self.accounts.clear()


@dataclass(slots=True, kw_only=True)
class Workbench:
    """
    What one run of the page works with.

    Parameters
    ----------
    ws, fmt
        Who works, and how figures are written.
    opened
        The user's draft of the scenario.
    saved
        The scenario as it is saved.
    shown
        The scenario as the draft has it.
    choice
        What is chosen.
    """

    ws: OpenCompany
    fmt: Formats
    opened: OpenDraft
    saved: TerritoryView
    shown: TerritoryView
    choice: Choice

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is saved."""
        return self.opened.scenario

    @property
    def scenario_id(self) -> str:
        """Which scenario it is."""
        return self.opened.scenario.scenario_id

    @property
    def is_editable(self) -> bool:
        """Whether the scenario can change."""
        return self.scenario.status == "draft"

    @property
    def after(self) -> TerritoryView | None:
        """The plan as it would be; None: nothing is pending."""
        return None if self.opened.pending is None else self.shown

    def change(self, where: str, step: Callable[[], OpenDraft]) -> bool:
        """
        Take a step; what goes wrong is shown in its place on the page.

        Returns
        -------
        Whether it was taken.
        """
        try:
            self.opened = step()
        except ConflictError as error:
            # Somebody saved: their plan is taken beneath the draft, the notice tells.
            st.session_state[_FAULT] = (where, error)
            self.opened = editing.open_draft(self.ws, self.scenario.scenario_id)
        except PlannerError as error:
            st.session_state[_FAULT] = (where, error)
            return False
        else:
            st.session_state.pop(_FAULT, None)
        _keep(self.ws, self.opened)
        self.look()
        return _FAULT not in st.session_state

    def do(self, edit: Edit, label: str, n_held: int | None = None) -> bool:
        """
        Do one edit; what locks hold back of it is told.

        Parameters
        ----------
        n_held
            How many things that is; None: it is counted.
        """
        n_locked = count_held(self.opened.draft, edit) if n_held is None else n_held
        opened = self.opened
        is_done = self.change(label, lambda: editing.do(self.ws, opened, edit, label))
        if is_done and n_locked:
            noun = "is locked and stays" if n_locked == 1 else "are locked and stay"
            st.session_state[_SAID] = f"{self.fmt.number(n_locked)} {noun}"
        return is_done

    def look(self) -> None:
        """Show the draft as it is now."""
        self.saved = cache.territory_view(self.ws, self.scenario)
        self.shown = _shown(self.ws, self.saved, self.opened)
        units, accounts = self.shown.units.index, self.shown.accounts.index
        self.choice.units = {n: None for n in self.choice.units if n in units}
        self.choice.accounts = {n: None for n in self.choice.accounts if n in accounts}

    # --- gestures ----------------------------------------------------------------

    def assign(self, to: str | None) -> bool:
        """Give what is chosen to a territory; None: to none."""
        units, accounts = tuple(self.choice.units), tuple(self.choice.accounts)
        label = moved_text(len(units), len(accounts), to)
        with _faults(label):
            draft = self.opened.draft
            edit = assign_edit(self.shown, draft, to, units, accounts)
            n_locked = len(held_accounts(self.shown, draft, accounts))
            if self.do(edit, label, n_held=n_locked + count_held(draft, edit)):
                self.choice.clear()
                return True
        return False

    def lock(self, what: str, ids: Iterable[str], *, is_locked: bool) -> bool:
        """Lock things where they are, or let them go."""
        names = tuple(ids)
        n, noun = len(names), what
        if n > 1:
            noun = "territories" if what == TERRITORY else f"{what}s"
        verb = "Lock" if is_locked else "Unlock"
        name = names[0] if n == 1 and what == TERRITORY else f"{n:,} {noun}"
        label = f"{verb} {name}"
        make = lock_edit if is_locked else unlock_edit
        with _faults(label):
            return self.do(make(self.shown, self.opened.draft, what, names), label)
        return False

    def lock_choice(self) -> bool:
        """Lock what is chosen, or let it go if all of it is locked."""
        draft, parts = self.opened.draft, []
        is_locked = not self.is_choice_locked
        make = lock_edit if is_locked else unlock_edit
        with _faults("Locking"):
            units, accounts = self.choice.units, self.choice.accounts
            for what, ids in ((UNIT, units), (ACCOUNT, accounts)):
                if ids:
                    parts.append(make(self.shown, draft, what, tuple(ids)))
            if not parts:
                return False
            edit = parts[0] if len(parts) == 1 else Together(edits=tuple(parts))
            verb = "Lock" if is_locked else "Unlock"
            return self.do(edit, f"{verb} {things_text(len(units), len(accounts))}")
        return False

    @property
    def is_choice_locked(self) -> bool:
        """Whether all that is chosen is locked."""
        locks = self.opened.draft.locks
        return bool(self.choice) and (
            locks.unit.issuperset(self.choice.units)
            and locks.account.issuperset(self.choice.accounts)
        )

    def on_map(self, event: MapEvent) -> None:
        """Do what a gesture on the map means."""
        if event.kind == "key":
            self._on_key(event.ids[0])
        elif event.kind == "drag":
            with _faults("Moving a home"):
                (lat, lon), rep_id = event.path[0], event.ids[0]
                edit = home_edit(self.shown, rep_id, lat, lon)
                name = self.shown.homes.loc[rep_id, "name"]
                self.do(edit, f"Move the home of {name}")
        elif event.kind == "line":
            st.session_state[_LINE] = event.path
        else:
            with _faults("Choosing on the map"):
                self._choose(event)

    def _choose(self, event: MapEvent) -> None:
        picks_accounts = st.session_state.get(PICK, UNITS) == ACCOUNTS
        choice = self.choice.accounts if picks_accounts else self.choice.units
        if event.kind in ("unit", "point"):
            if (event.kind == "point") == picks_accounts:
                frame = self.shown.accounts if picks_accounts else self.shown.units
                for name in filter(frame.index.__contains__, event.ids):
                    if choice.pop(name, True) is not None:
                        choice[name] = None
            return
        ids = self._drawn(event, picks_accounts=picks_accounts)
        target = st.session_state.get(TARGET)
        territories = {NO_TERRITORY, *self.opened.draft.names}
        territories.add(next_territory_id(self.opened.draft.names))
        if target not in territories:  # another planner may have ended it
            target = st.session_state[TARGET] = None
        if event.kind == "paint" and target is not None and ids:
            before = dict(choice)
            self.choice.clear()
            choice |= dict.fromkeys(ids)
            to = None if target == NO_TERRITORY else target
            self.assign(to)
            self.choice.clear()
            choice |= before
            return
        choice |= dict.fromkeys(ids)

    def _drawn(self, event: MapEvent, *, picks_accounts: bool) -> list[str]:
        """Find what a shape takes in, without what the legend hides."""
        codes = st.session_state.get(_CODES)
        units, accounts = self.shown.units, self.shown.accounts
        if event.kind == "paint":
            is_inside = touched(units.geometry, event.path)
            if picks_accounts:
                hit = set(units.index[is_inside])
                is_inside = accounts["unit_id"].isin(hit).to_numpy()
        elif picks_accounts:
            is_inside = inside(accounts["lat"], accounts["lon"], event.path)
        else:
            middle = cache.unit_middles(self.ws, self.shown)
            is_inside = inside(middle["lat"], middle["lon"], event.path)
        frame = accounts if picks_accounts else units
        if codes is not None:
            own = codes[1 if picks_accounts else 0]
            if own is not None and len(own) == len(frame):
                is_inside = is_inside & event.is_shown(own)
        return [str(name) for name in frame.index[np.asarray(is_inside)]]

    def _on_key(self, action: str) -> None:
        ws, opened = self.ws, self.opened
        if action in ("next", "previous"):
            self._step_target(1 if action == "next" else -1)
        elif action == "undo":
            self.change("Undo", lambda: editing.undo(ws, opened))
        elif action == "redo":
            self.change("Redo", lambda: editing.redo(ws, opened))
        elif action == "accept":
            self.change("Accepting", lambda: editing.accept(ws, opened))
        elif action == "reject":
            self.change("Rejecting", lambda: editing.reject_all(ws, opened))
        elif action == "lock":
            target = st.session_state.get(TARGET)
            if self.choice:
                self.lock_choice()
            elif target in self.opened.draft.names:
                is_locked = target in self.opened.draft.locks.territory
                self.lock(TERRITORY, [target], is_locked=not is_locked)

    def _step_target(self, by: int) -> None:
        names = sorted(map(str, self.shown.territories.index))
        if not names:
            return
        now = st.session_state.get(TARGET)
        place = names.index(now) + by if now in names else (0 if by > 0 else -1)
        st.session_state[TARGET] = names[place % len(names)]

    def on_table(self, event: TableEvent) -> None:
        """Do what a gesture in the balance table means."""
        if event.kind in ("lock", "unlock"):
            self.lock(TERRITORY, event.ids, is_locked=event.kind == "lock")
        elif event.kind == "select":
            st.session_state[TARGET] = event.ids[0]
        elif event.kind == "zoom":
            by_unit = self.shown.units["territory_id"]
            self.zoom_to(self.shown.units.index[by_unit.isin(event.ids)])

    def zoom_to(self, units: pd.Index, accounts: pd.Index | None = None) -> None:
        """Let the map show units and accounts."""
        bounds = bounds_around(self.shown, units, accounts)
        if bounds is not None:
            # A hair wider each time: the same place asked again is shown again.
            turn, _ = st.session_state.get(_ZOOM, {}).get(self.scenario_id, (0, None))
            wider = (bounds[0] - (turn % 2) * 1e-6, *bounds[1:])
            st.session_state.setdefault(_ZOOM, {})[self.scenario_id] = (turn + 1, wider)


def open_workbench(ws: OpenCompany, fmt: Formats, scenario: Scenario) -> Workbench:
    """Open the session's workbench on a scenario, where it was left."""
    cached = st.session_state.setdefault(_KEPT, {}).get(scenario.scenario_id)
    version, _, serial = editing.stamp_of(ws, scenario.scenario_id)
    facts = cache.facts_key(ws)  # other units after an import: another draft
    opened = cached[1] if cached is not None and cached[0] == facts else None
    if opened is None or opened.stamp != (version, serial):
        opened = editing.open_draft(ws, scenario.scenario_id)
        _keep(ws, opened)
    elif opened.scenario != scenario:
        opened = replace(opened, scenario=scenario)
    choices: dict[str, Choice] = st.session_state.setdefault(_CHOICE, {})
    choice = choices.setdefault(scenario.scenario_id, Choice())
    view = cache.territory_view(ws, opened.scenario)
    bench = Workbench(
        ws=ws, fmt=fmt, opened=opened, saved=view, shown=view, choice=choice
    )
    bench.look()
    return bench


def bounds_around(
    view: TerritoryView, units: pd.Index, accounts: pd.Index | None = None
) -> tuple[float, float, float, float] | None:
    """
    Frame units and accounts.

    Returns
    -------
    South, west, north, east in degrees; None: there is nothing to frame.
    """
    boxes = [view.units.loc[units].total_bounds] if len(units) else []
    if accounts is not None and len(accounts):
        rows = view.accounts.loc[accounts]
        at = rows[["lon", "lat"]]
        boxes.append(np.concatenate([at.min().to_numpy(), at.max().to_numpy()]))
    if not boxes:
        return None
    all_boxes = np.array(boxes, dtype=float)
    west, south = all_boxes[:, :2].min(axis=0)
    east, north = all_boxes[:, 2:].max(axis=0)
    tall = max(north - south, LEAST_DEG) * AROUND
    wide = max(east - west, LEAST_DEG) * AROUND
    return south - tall, west - wide, north + tall, east + wide


def last_fault() -> tuple[str, PlannerError] | None:
    """Take what went wrong with the last gesture."""
    fault: Any = st.session_state.pop(_FAULT, None)
    return fault


def last_said() -> str:
    """Take what there is to say of the last gesture."""
    return str(st.session_state.pop(_SAID, ""))


def drawn_line() -> tuple[tuple[float, float], ...]:
    """Return the line drawn last that nothing was done with yet."""
    return tuple(st.session_state.get(_LINE, ()))


def drop_line() -> None:
    """Forget the drawn line."""
    st.session_state.pop(_LINE, None)


def zoomed(scenario_id: str) -> tuple[float, float, float, float] | None:
    """Return what the map of a scenario was asked to show."""
    _, bounds = st.session_state.get(_ZOOM, {}).get(scenario_id, (0, None))
    return bounds


def note_codes(units: np.ndarray, points: np.ndarray) -> None:
    """Keep the classes that the map shows: shapes leave out what is hidden."""
    st.session_state[_CODES] = (units, points)


def _keep(ws: OpenCompany, opened: OpenDraft) -> None:
    entry = (cache.facts_key(ws), opened)
    st.session_state[_KEPT][opened.scenario.scenario_id] = entry


def _shown(ws: OpenCompany, before: TerritoryView, opened: OpenDraft) -> TerritoryView:
    """Show a draft; once for each of its states, and the last few are kept."""
    views_by_state: dict[Any, TerritoryView] = st.session_state.setdefault(_SHOWN, {})
    key = (*cache.facts_key(ws), opened.scenario.scenario_id, *opened.stamp)
    if key not in views_by_state:
        if opened.pending is None and not opened.saved.homes:
            view = replace(before, scenario=opened.scenario)
        else:
            view = drafted(before, opened.draft)
        views_by_state[key] = view
        while len(views_by_state) > 2:
            views_by_state.pop(next(iter(views_by_state)))
    return views_by_state[key]


@contextmanager
def _faults(where: str) -> Iterator[None]:
    """Show what goes wrong while a gesture is read in its place on the page."""
    try:
        yield
    except PlannerError as error:
        st.session_state[_FAULT] = (where, error)
