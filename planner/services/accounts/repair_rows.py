"""What each repair changes, row by row; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from planner.accounts.changes import ChangeSet, TableChange
from planner.accounts.health import repairs
from planner.accounts.health.fingerprints import fingerprint
from planner.accounts.health.places import CODES as PLACE_CODES
from planner.accounts.health.report import HealthReport
from planner.accounts.health.rules import RULES
from planner.accounts.placing import join_units
from planner.core import schemas
from planner.core.errors import InputError
from planner.core.money import minor_digits, parse_minor
from planner.segmentation.rules import apply_rules, rules_from_json
from planner.services.accounts.geocoding import known_places
from planner.services.accounts.health_view import HealthView, gazetteer_of, look
from planner.services.workspace import OpenCompany
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.imports.changes import first_free_row, load_rows_by_key

_MOVING_PLACES = frozenset({"swap", "turn_sign", "reproject", "geocode"})
_PLANNED_VISITS = ("scenario_visit", "scenario_unserved")


@dataclass(frozen=True, eq=False, kw_only=True)
class Planned:
    """
    A repair worked out.

    Parameters
    ----------
    version
        Of the company it was worked out on.
    params
        What was chosen, as JSON values.
    n_accounts
        How many accounts it repairs.
    before, after
        ACCOUNTS frames of the accounts touched.
    held : columns account_id, name, reason
        Accounts it cannot repair.
    changes
        What is to be written, accounts first.
    new_named
        What becomes of a draft's named accounts; None: nothing.
    kept
        Fingerprint by account of what is kept as it is.
    notes
        One sentence each.
    """

    version: int
    params: dict[str, Any]
    n_accounts: int
    before: pd.DataFrame
    after: pd.DataFrame
    held: pd.DataFrame
    changes: ChangeSet
    new_named: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    kept: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class _Task:
    """What every repair starts from."""

    conn: Connection
    ws: OpenCompany
    view: HealthView
    code: str
    kind: str
    accounts: pd.DataFrame  # those with the fault that were asked for
    every: pd.DataFrame
    choices: Mapping[str, Any]
    held: dict[str, str]  # reason by account

    @property
    def report(self) -> HealthReport:
        return self.view.report

    @property
    def company_id(self) -> str:
        return self.view.company.company_id


def plan_repair(
    conn: Connection,
    ws: OpenCompany,
    code: str,
    kind: str,
    account_ids: Sequence[str] | None,
    scenario_id: str | None,
    choices: Mapping[str, Any],
) -> Planned:
    """
    Work a repair out; see `repairs.preview_repair`.

    Returns
    -------
    The plan, with all rows of all tables as they are and as they will be.
    """
    options = dict(choices)
    view = look(
        conn,
        ws,
        scenario_id,
        needed_precision=str(options.pop("needed_precision", "postcode")),
        fuzzy=code == "duplicate_fuzzy",
        codes={code},
    )
    faults = view.report.rows(code)
    every = view.accounts
    ids = faults.index if account_ids is None else pd.Index(list(account_ids))
    reasons = {
        str(name): "it has no such fault (any more)"
        for name in ids.difference(faults.index)
    }
    task = _Task(
        conn=conn,
        ws=ws,
        view=view,
        code=code,
        kind=kind,
        accounts=every.loc[faults.index.intersection(ids)],
        every=every,
        choices=options,
        held=reasons,
    )
    if kind == "keep":
        return _keep(task)
    if kind in {"merge", "drop"}:
        return _merge(task) if kind == "merge" else _drop(task)
    return _change(task)


def _keep(task: _Task) -> Planned:
    rows = task.report.rows(task.code).loc[task.accounts.index]
    marks = fingerprint(task.accounts, rows, task.code)
    return _planned(
        task,
        task.accounts,
        task.accounts,
        (),
        marks={str(k): v for k, v in marks.items()},
    )


def _change(task: _Task) -> Planned:
    """Change cells of accounts, and with them unit and segment."""
    after, why_not = _changed(task)
    for name in task.accounts.index.difference(after.index):
        task.held.setdefault(str(name), why_not)
    before = task.accounts.loc[after.index]
    if task.code in PLACE_CODES and not _same_places(before, after):
        after = _with_units(task, after)
    change = TableChange.between("account", before, after)
    same = after.index.difference(change.changed)
    task.held.update(
        {str(name): "the repair leaves it as it is" for name in same.tolist()}
    )
    schemas.check(change.after, schemas.ACCOUNTS)
    segments = _segment_change(task, change.after, [])
    return _planned(task, change.before, change.after, (change, segments))


def _changed(task: _Task) -> tuple[pd.DataFrame, str]:
    """Return the accounts repaired, and why the others are not."""
    accounts, choices = task.accounts, task.choices
    if task.kind == "swap":
        return repairs.swap(accounts), "exchanged it lies outside the globe"
    if task.kind == "turn_sign":
        rows = task.report.rows(task.code).loc[accounts.index]
        return repairs.turn_sign(accounts, rows), ""
    if task.kind == "reproject":
        crs = choices.get("crs") or _guessed_crs(task)
        return repairs.reproject(accounts, str(crs)), f"{crs} leads outside the globe"
    if task.kind == "geocode":
        return _geocoded(task)
    if task.kind == "set_owner":
        owner = str(choices.get("owner_id") or "").strip()
        if not owner:
            raise InputError("choose the new owner: owner_id is empty")
        _check_owner(task, owner)
        return repairs.set_value(accounts, "owner_id", owner), ""
    if task.kind == "clear_owner":
        return repairs.set_value(accounts, "owner_id", None), ""
    column = RULES[task.code].column
    if not column:
        return _put(accounts, choices), ""
    value = _value(column, choices.get("value"), task.view.company.currency)
    return repairs.set_value(accounts, column, value), ""


def _geocoded(task: _Task) -> tuple[pd.DataFrame, str]:
    if task.choices.get("by", "ladder") == "service":
        places = known_places(task.ws, task.accounts)
        not_asked = places.index[~places["is_known"]]
        after = repairs.put_at(task.accounts, places)
        for name in not_asked:
            task.held[str(name)] = "the address service was not asked yet"
        why = "the address service does not know the address"
        return after, why
    gazetteer = gazetteer_of(task.ws.settings.data_dir)
    after = repairs.place_again(task.accounts, gazetteer)
    return after, (
        "unresolved: no postcode and no city that we know; give the right place, or "
        "ask an address service"
    )


def _guessed_crs(task: _Task) -> str:
    near = task.every[["lat", "lon"]].median().to_frame().T
    guess = repairs.guess_crs(task.accounts, near)
    if guess is None:
        raise InputError(
            "the projection of these metres cannot be guessed; name it, such as "
            "EPSG:3857 or EPSG:32616"
        )
    return guess


def _put(accounts: pd.DataFrame, choices: Mapping[str, Any]) -> pd.DataFrame:
    try:
        lat, lon = float(choices["lat"]), float(choices["lon"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("give lat and lon in degrees to set a place") from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise InputError(f"lat and lon must lie on the globe, got {lat}, {lon}")
    return accounts.assign(
        lat=lat, lon=lon, geo_source="set", geo_precision="exact"
    ).astype(accounts.dtypes.to_dict())


def _check_owner(task: _Task, owner: str) -> None:
    from planner.store.company import team as team_rows

    positions = team_rows.load_positions(task.conn, task.company_id)
    reps = team_rows.load_reps(task.conn, task.company_id)
    owners = {*positions.index, *reps.index, *reps["name"]}
    if owner not in owners:
        raise InputError(f"the owner {owner!r} is no position and no person here")


def _value(column: str, value: Any, currency: str) -> Any:
    """Read a value as a file would bring it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if column.endswith("_minor"):
        amount = parse_minor(str(value), currency)
        if amount < 0:
            raise InputError(f"{column} must be at least 0, got {value}")
        return amount
    if column in {"last_visit_on", "owned_since"}:
        try:
            return pd.Timestamp(str(value)).normalize()
        except ValueError as error:
            raise InputError(f"{value!r} is no day; write 2026-01-31") from error
    return str(value).strip()


def _same_places(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    return bool((before[["lat", "lon"]] == after[["lat", "lon"]]).all(axis=None))


def _with_units(task: _Task, after: pd.DataFrame) -> pd.DataFrame:
    units = company_rows.load_units(task.conn, task.company_id)
    if not len(units):
        return after
    return after.assign(unit_id=join_units(after, units).astype("str"))


def _merge(task: _Task) -> Planned:
    rows = task.report.rows(task.code).loc[task.accounts.index]
    pairs = dict(zip(rows.index.tolist(), rows["other_id"].tolist(), strict=True))
    survivors = task.choices.get("survivors")
    if survivors is not None:
        pairs = {str(merged): str(survivor) for merged, survivor in survivors.items()}
    unknown = sorted({*pairs, *pairs.values()} - set(task.every.index))
    if unknown:
        raise InputError(f"there is no account {unknown[0]!r} to merge")
    ends = repairs.survivors(pairs)
    before = task.every.loc[sorted({*ends, *ends.values()})]
    after = repairs.merge_accounts(task.every, ends)
    schemas.check(after, schemas.ACCOUNTS)
    hanging = [
        TableChange.between(
            table, *repairs.move_rows(_of_accounts(task, table, list(ends)), ends)
        )
        for table in ("deal", "visit_made", *_PLANNED_VISITS)
    ]
    return _planned(
        task,
        before,
        after,
        (
            TableChange.between("account", before, after),
            _segment_change(task, after, list(ends)),
            *hanging,
            _source_change(task, ends),
            _owner_change(task, ends),
        ),
        n_accounts=len(ends),
        params={"survivors": ends},
        new_named=lambda named: repairs.merge_named(named, ends),
    )


def _drop(task: _Task) -> Planned:
    """Remove accounts on which nothing hangs that would be lost."""
    ids = task.accounts.index.tolist()
    for table, what in (("deal", "deals"), ("visit_made", "visits made")):
        having = set(_of_accounts(task, table, ids)["account_id"])
        for name in having:
            task.held[str(name)] = (
                f"it has {what}, which would be lost: merge it, or set it to closed"
            )
    leavers = task.accounts[~task.accounts.index.isin(list(task.held))]
    ids = leavers.index.tolist()
    hanging = [
        TableChange.removal(table, _of_accounts(task, table, ids))
        for table in ("ownership", "account_source", *_PLANNED_VISITS)
    ]
    return _planned(
        task,
        leavers,
        leavers.iloc[:0],
        (
            TableChange.removal("account", leavers),
            _segment_change(task, leavers.iloc[:0], ids),
            *hanging,
        ),
        n_accounts=len(leavers),
        new_named=lambda named: named[~named.index.isin(ids)],
    )


def _segment_change(
    task: _Task, after: pd.DataFrame, leavers: Sequence[str]
) -> TableChange:
    """Ask the segment rules again for accounts changed; those that go lose theirs."""
    rule_set = account_rows.load_segment_rules(task.conn, task.company_id)
    segments = account_rows.load_segments(task.conn, task.company_id)
    touched = segments[segments.index.isin([*after.index, *leavers])]
    if rule_set is None:
        decided = touched.drop([name for name in leavers if name in touched.index])
    else:
        company = task.view.company
        decided = apply_rules(
            after,
            rules_from_json(rule_set.rules),
            pd.Timestamp(company.today),
            minor_digits=minor_digits(company.currency),
        )
    return TableChange.between("segment", touched, decided)


def _source_change(task: _Task, ends: Mapping[str, str]) -> TableChange:
    """Let the survivor stand for the merged account in each list it came from."""
    rows = _of_accounts(task, "account_source", [*ends, *ends.values()])
    keys = pd.Series(rows.index.get_level_values("account_id"), index=rows.index)
    before = rows[keys.isin(list(ends)).to_numpy()]
    keys_after = [
        (source, ends[account_id]) for source, account_id in before.index.tolist()
    ]
    index = pd.MultiIndex.from_tuples(keys_after, names=before.index.names)
    after = before.set_axis(index, axis=0)
    after = after[~after.index.isin(rows.index) & ~after.index.duplicated()]
    return TableChange.between("account_source", before, after)


def _owner_change(task: _Task, ends: Mapping[str, str]) -> TableChange:
    """Give survivors the owners of merged accounts for days they had none."""
    owners = _of_accounts(task, "ownership", [*ends, *ends.values()])
    free = first_free_row(task.conn, task.company_id)
    before, after = repairs.merge_ownership(owners, ends, first_free=free)
    return TableChange.between("ownership", before, after)


def _of_accounts(task: _Task, table: str, ids: Sequence[str]) -> pd.DataFrame:
    return load_rows_by_key(task.conn, table, task.company_id, ids)


def _merge_notes(changes: ChangeSet) -> tuple[str, ...]:
    n_deals = changes.n_rows.get("deal", 0)
    if not (n_deals and "ownership" in changes.n_rows):
        return ()
    return (
        f"{n_deals:,} deals go over to accounts with owners of their own: credits "
        "follow the owner of the surviving account, also in months already closed, "
        "which the next pay run corrects",
    )


def _planned(
    task: _Task,
    before: pd.DataFrame,
    after: pd.DataFrame,
    tables: tuple[TableChange, ...],
    *,
    n_accounts: int | None = None,
    params: Mapping[str, Any] | None = None,
    new_named: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
    marks: dict[str, str] | None = None,
) -> Planned:
    number = len(before) if n_accounts is None else n_accounts
    changes = ChangeSet(tables)
    names = task.every["name"]
    reasons = sorted(task.held.items())
    held_rows = pd.DataFrame(
        {
            "account_id": [name for name, _ in reasons],
            "name": [str(names.get(name, "")) for name, _ in reasons],
            "reason": [reason for _, reason in reasons],
        },
        dtype="str",
    )
    options = {key: value for key, value in task.choices.items() if value is not None}
    return Planned(
        version=task.view.company.version,
        params={**options, **(params or {}), "n_accounts": number},
        n_accounts=number,
        before=before,
        after=after,
        held=held_rows,
        changes=changes,
        new_named=new_named,
        kept=marks or {},
        notes=_merge_notes(changes) if task.kind == "merge" else (),
    )
