"""Repairs of accounts: previewed, applied in one transaction, logged, undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet
from planner.accounts.health.rules import REPAIRS, RULES, repair_title
from planner.core.errors import ConflictError, InputError
from planner.services.accounts.repair_rows import Planned, plan_repair
from planner.services.workspace import OpenCompany
from planner.store.company import companies as company_rows
from planner.store.company import deals as deal_rows
from planner.store.company import team as team_rows
from planner.store.company.settings import load_settings, save_settings
from planner.store.imports import repairs as repair_rows
from planner.store.imports.changes import apply_changes, recorded, way_back
from planner.store.rows.records import json_text, sha256_text
from planner.store.scenarios import editing, lineage
from planner.store.scenarios import plans as scenario_rows
from planner.store.scenarios.editing import CompanyEdit, editing_company

_TOLD_ROWS = 200  # more are told to the audit log as a count and a hash
_SHOWN_FAULTS = 5

NamedAccounts = dict[str, dict[str, Any]]  # by scenario, territory (or None) by account


@dataclass(frozen=True, eq=False, kw_only=True)
class RepairPreview:
    """
    What a repair would change; nothing is written yet.

    Parameters
    ----------
    code, kind, params
        Which fault, which repair, what the user chose.
    version
        Of the company when it was made; applied later it is refused.
    n_accounts
        How many accounts it repairs.
    table : columns account_id, name, column, before, after
        Cell by cell as text; of accounts that go, one row with `column` empty.
    before, after
        ACCOUNTS frames of the accounts touched, to draw both.
    held : columns account_id, name, reason
        Accounts asked for that it cannot repair.
    n_rows
        Rows changed by table.
    notes
        What else the user should know, one sentence each.
    planned
        What `apply_repair` writes.
    """

    code: str
    kind: str
    params: Mapping[str, Any]
    version: int
    n_accounts: int
    table: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    held: pd.DataFrame
    n_rows: Mapping[str, int]
    notes: tuple[str, ...]
    planned: Planned

    @property
    def title(self) -> str:
        """What it does, in a user's words."""
        what = _lower(REPAIRS[self.kind])
        accounts = "account" if self.n_accounts == 1 else "accounts"
        return f"{what}: {self.n_accounts:,} {accounts} ({RULES[self.code].title})"


def preview_repair(
    ws: OpenCompany,
    code: str,
    repair: str,
    account_ids: Sequence[str] | None = None,
    *,
    scenario_id: str | None = None,
    **choices: Any,
) -> RepairPreview:
    """
    Say what a repair would change.

    Parameters
    ----------
    code
        Which fault, as of `health_rules.RULES`.
    repair
        One of the rule's repairs.
    account_ids
        Only these; None: all with the fault. Those that do not have it (any more) are
        held, so that repairing twice is repairing once.
    scenario_id
        As of `health.health`.
    **choices
        ``crs`` (reproject; guessed without it), ``by`` (geocode: ``ladder``, the
        default, or ``service``: what it was asked before), ``survivors`` (merge:
        surviving account by the one that goes; default as the report suggests),
        ``owner_id`` (set_owner), ``value`` (set: text as in a file, None or empty
        empties the cell), ``lat`` and ``lon`` (set of a place), ``needed_precision``
        (as of `health.health`).

    Raises
    ------
    InputError
        If the repair is not offered for this fault or a choice cannot be used.
    """
    if code not in RULES:
        raise InputError(f"there is no finding {code!r}")
    if repair not in RULES[code].repairs:
        offered = ", ".join(RULES[code].repairs)
        raise InputError(f"{repair!r} does not repair {code}; offered are {offered}")
    with ws.store.reading() as conn:
        repair_plan = plan_repair(
            conn, ws, code, repair, account_ids, scenario_id, choices
        )
    return RepairPreview(
        code=code,
        kind=repair,
        params=repair_plan.params,
        version=repair_plan.version,
        n_accounts=repair_plan.n_accounts,
        table=_table(repair_plan),
        before=repair_plan.before,
        after=repair_plan.after,
        held=repair_plan.held,
        n_rows=repair_plan.changes.n_rows,
        notes=repair_plan.notes,
        planned=repair_plan,
    )


def apply_repair(ws: OpenCompany, preview: RepairPreview) -> str:
    """
    Do what a preview says: all of it, logged, or nothing.

    Returns
    -------
    The id of the repair, by which it is undone.

    Raises
    ------
    InputError
        If the preview repairs nothing.
    ConflictError
        If someone changed the data since the preview.
    """
    repair_plan = preview.planned
    if not repair_plan.n_accounts:
        raise InputError("there is nothing to repair: no account has this fault")
    company_id = ws.company_id
    with (
        ws.store.transaction() as conn,
        editing_company(
            conn,
            company_id,
            version=preview.version,
            user=ws.user,
            action=preview.title,
        ) as edit,
    ):
        apply_changes(conn, company_id, repair_plan.changes)
        was, now = _write_named(conn, ws, repair_plan)
        marks = {"kept": repair_plan.kept} if repair_plan.kept else {}
        repair_id = repair_rows.save_repair(
            conn,
            company_id,
            kind=preview.kind,
            code=preview.code,
            params=preview.params,
            changes=repair_plan.changes,
            before={"named": was},
            after={"named": now, **marks},
            user=ws.user,
        )
        _tell(edit, repair_id, repair_plan.changes, marks)
    return repair_id


def undo_repair(ws: OpenCompany, repair_id: str) -> None:
    """
    Take a repair back, if its rows are still as it left them.

    Raises
    ------
    NotFoundError
        If there is no such repair.
    InputError
        If it was undone before.
    ConflictError
        If its rows were changed since; it says which, and nothing is changed.
    """
    company_id = ws.company_id
    with ws.store.transaction() as conn:
        repair = _own_repair(conn, ws, repair_id)
        if repair.undone_at is not None:
            raise InputError(
                f"repair {repair_id} was undone by {repair.undone_by} at "
                f"{repair.undone_at[:16].replace('T', ' ')} UTC"
            )
        changes, faults = _way_back(conn, repair)
        if faults:
            raise ConflictError(_refusal(repair, faults))
        with editing_company(
            conn,
            company_id,
            version=company_rows.load_company(conn, company_id).version,
            user=ws.user,
            action=f"undo: {_lower(repair_title(repair.kind, repair.code))}",
        ) as edit:
            apply_changes(conn, company_id, changes)
            _restore_named(conn, ws, repair)
            _restore_settings(conn, repair)
            repair_rows.mark_undone(conn, repair_id, user=ws.user)
            _tell(edit, repair_id, changes, {})


def undo_faults(ws: OpenCompany, repair_id: str) -> list[str]:
    """Say what stands in the way of undoing a repair; empty: nothing."""
    with ws.store.reading() as conn:
        repair = _own_repair(conn, ws, repair_id)
        if repair.undone_at is not None:
            return [f"undone by {repair.undone_by}"]
        return _way_back(conn, repair)[1]


def repairs(ws: OpenCompany) -> pd.DataFrame:
    """
    List the repairs of the open company, the latest first.

    Returns
    -------
    columns created_at, created_by, kind, code, title, n_accounts, undone_at, undone_by
        Indexed repair_id.
    """
    with ws.store.reading() as conn:
        heads = repair_rows.list_repair_heads(conn, ws.company_id)
    title = [*map(repair_title, heads["kind"], heads["code"])]
    counts = [int(params.get("n_accounts", 0)) for params in heads["params"]]
    names = ["created_at", "created_by", "kind", "code", "title", "n_accounts"]
    return heads.assign(title=title, n_accounts=counts)[
        [*names, "undone_at", "undone_by"]
    ]


def _own_repair(
    conn: Connection, ws: OpenCompany, repair_id: str
) -> repair_rows.Repair:
    repair = repair_rows.load_repair(conn, repair_id)
    if repair.company_id != ws.company_id:
        raise InputError(f"repair {repair_id} belongs to another company")
    return repair


def _way_back(
    conn: Connection, repair: repair_rows.Repair
) -> tuple[ChangeSet, list[str]]:
    """Work out what takes a repair back, and what stands in the way."""
    changes, faults = way_back(
        conn,
        repair.company_id,
        repair.before.get("rows", {}),
        repair.after.get("rows", {}),
    )
    for scenario_id, after in repair.after.get("named", {}).items():
        scenario = lineage.load_scenario(conn, scenario_id)
        if scenario.status != "draft":
            faults.append(f"scenario {scenario.name} was published since")
            continue
        now = _named_of(conn, scenario_id, list(after))
        faults += [
            f"account {account_id} was placed anew in scenario {scenario.name}"
            for account_id, territory in after.items()
            if now[account_id] != territory
        ]
    return changes, [*faults, *_settings_faults(conn, repair)]


def _settings_faults(conn: Connection, repair: repair_rows.Repair) -> list[str]:
    """Say what came in place of simulated figures that were removed."""
    if "settings" not in repair.after:
        return []
    company_id = repair.company_id
    faults = []
    if load_settings(conn, company_id).of_simulation != repair.after["settings"]:
        faults.append("what is simulated was decided anew since")
    removed = repair.before.get("rows", {})
    if "deal" in removed and len(deal_rows.load_deals(conn, company_id)):
        faults.append("deals were loaded since")
    if "rep" in removed and len(team_rows.load_reps(conn, company_id)):
        faults.append("people were loaded since")
    return faults


def _restore_settings(conn: Connection, repair: repair_rows.Repair) -> None:
    """Let the company say again what of it is simulated."""
    was = repair.before.get("settings")
    if was is None:
        return
    settings = replace(
        load_settings(conn, repair.company_id),
        fills_gaps=bool(was["fills_gaps"]),
        simulated=tuple(was["simulated"]),
    )
    save_settings(conn, repair.company_id, settings)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _refusal(repair: repair_rows.Repair, faults: Sequence[str]) -> str:
    first = "; ".join(faults[:_SHOWN_FAULTS])
    more = len(faults) - _SHOWN_FAULTS
    rest = f"; and {more:,} more" if more > 0 else ""
    return (
        f"repair {repair.repair_id} cannot be undone, its rows were changed since: "
        f"{first}{rest}. Nothing was changed: correct these accounts by hand"
    )


def _write_named(
    conn: Connection, ws: OpenCompany, repair_plan: Planned
) -> tuple[NamedAccounts, NamedAccounts]:
    """Take accounts that go out of the drafts' lists of named ones."""
    was: NamedAccounts = {}
    now: NamedAccounts = {}
    if repair_plan.new_named is None:
        return was, now
    for scenario in lineage.list_scenarios(conn, ws.company_id):
        if scenario.status != "draft":
            continue
        territories = scenario_rows.load_named_accounts(conn, scenario.scenario_id)
        after = repair_plan.new_named(territories)
        touched = sorted(_differing(territories, after))
        if not touched:
            continue
        was[scenario.scenario_id] = _told(territories, touched)
        now[scenario.scenario_id] = _told(after, touched)
        _save_named(conn, ws, scenario, after)
    return was, now


def _restore_named(
    conn: Connection, ws: OpenCompany, repair: repair_rows.Repair
) -> None:
    for scenario_id, before in repair.before.get("named", {}).items():
        scenario = lineage.load_scenario(conn, scenario_id)
        territories = scenario_rows.load_named_accounts(conn, scenario_id)
        others = territories.drop(
            [name for name in before if name in territories.index]
        )
        back = {name: cells[0] for name, cells in before.items() if cells is not None}
        index = pd.Index(list(back), dtype="str", name="account_id")
        restored = pd.DataFrame({"territory_id": list(back.values())}, index=index)
        _save_named(conn, ws, scenario, pd.concat([others, restored.astype("str")]))


def _save_named(
    conn: Connection,
    ws: OpenCompany,
    scenario: lineage.Scenario,
    territories: pd.DataFrame,
) -> None:
    with editing.editing(
        conn,
        scenario.scenario_id,
        version=scenario.version,
        user=ws.user,
        action="repair accounts of the company",
    ) as edit:
        scenario_rows.save_named_accounts(conn, edit, territories)


def _named_of(
    conn: Connection, scenario_id: str, account_ids: Sequence[str]
) -> dict[str, Any]:
    return _told(scenario_rows.load_named_accounts(conn, scenario_id), account_ids)


def _told(territories: pd.DataFrame, account_ids: Sequence[str]) -> dict[str, Any]:
    """Write where accounts are named: a list of one territory; None: nowhere."""
    territory = territories["territory_id"]
    cells: dict[str, Any] = {}
    for name in account_ids:
        if name not in territory.index:
            cells[name] = None
        else:
            cell = territory.loc[name]
            cells[name] = [None if pd.isna(cell) else str(cell)]
    return cells


def _differing(territories: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    every = sorted(set(territories.index) | set(after.index))
    was, now = _told(territories, every), _told(after, every)
    return {name for name in every if was[name] != now[name]}


def _tell(
    edit: CompanyEdit,
    repair_id: str,
    changes: ChangeSet,
    more: Mapping[str, Any],
) -> None:
    """Fill the audit line: every row if they are few, else their count and hash."""
    edit.before["repair_id"] = edit.after["repair_id"] = repair_id
    edit.after.update(more)
    before, after = recorded(changes)
    if len(changes) > _TOLD_ROWS:
        rows = [[table, *row] for table, rows in after.items() for row in rows]
        edit.after.update(
            {"n_rows": len(changes), "sha256": sha256_text(json_text(rows))}
        )
        return
    for side, line in ((before, edit.before), (after, edit.after)):
        line["rows"] = [
            [table, *key, cells] for table, rows in side.items() for key, cells in rows
        ]


def _table(repair: Planned) -> pd.DataFrame:
    """Write what becomes of accounts, cell by cell; of those gone, into which."""
    names = repair.before["name"]
    columns = ["account_id", "name", "column", "before", "after"]
    if "account" not in repair.changes.n_rows:
        return pd.DataFrame(columns=columns, dtype="str")
    change = repair.changes["account"]
    survivors = repair.params.get("survivors") or {}
    leavers = [
        (
            name,
            "",
            "",
            f"merged into {survivors[name]}" if name in survivors else "removed",
        )
        for name in change.removed
    ]
    removals = pd.DataFrame(leavers, columns=["account_id", *columns[2:]], dtype="str")
    cells = pd.concat([change.cells(), removals], ignore_index=True)
    table = cells.assign(name=cells["account_id"].map(names))[columns]
    return table.sort_values(["account_id", "column"], ignore_index=True)
