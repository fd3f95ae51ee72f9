"""The alignment: which territory each unit belongs to, and the named accounts apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import pandas as pd

from planner.core.errors import InputError


def _as_text(values: pd.Series, index_name: str) -> pd.Series:
    is_named = values.index.name == index_name and values.name == "territory_id"
    if is_named and values.dtype == values.index.dtype == "str":
        return values  # as a move made it: its index is known to be sound already
    series = values.astype("str")
    series.index = pd.Index(series.index.astype("str"), name=index_name)
    return series.rename("territory_id")


def _no_accounts() -> pd.Series:
    return pd.Series([], dtype="str", index=pd.Index([], dtype="str"))


@dataclass(frozen=True, eq=False)
class Alignment:
    """
    A full mapping from units to territories; never changed, only replaced.

    Parameters
    ----------
    territory_by_unit : shape (n_units,)
        Territory indexed by `unit_id`, missing where unassigned.
    territory_by_account : shape (n_named,)
        Territory of the accounts that differ from their unit, indexed `account_id`.
    parent
        The alignment this one was made from; None: it is the first.

    Raises
    ------
    InputError
        If an id occurs twice, or a named account has no territory.
    """

    territory_by_unit: pd.Series
    territory_by_account: pd.Series = field(default_factory=_no_accounts)
    parent: Alignment | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        units = _as_text(self.territory_by_unit, "unit_id")
        accounts = _as_text(self.territory_by_account, "account_id")
        for series, thing in ((units, "unit"), (accounts, "account")):
            if not series.index.is_unique:
                doubled = series.index[series.index.duplicated()]
                raise InputError(f"{thing} {doubled[0]!r} is aligned twice")
        if accounts.isna().any():
            name = accounts.index[accounts.isna()][0]
            raise InputError(f"named account {name!r} must have a territory")
        object.__setattr__(self, "territory_by_unit", units)
        object.__setattr__(self, "territory_by_account", accounts)

    @property
    def territory_ids(self) -> list[str]:
        """All territories in use, sorted."""
        used = pd.concat([self.territory_by_unit, self.territory_by_account])
        return sorted(used.dropna().unique())

    def move(
        self, unit_ids: Sequence[str], to: str | None, account_ids: Sequence[str] = ()
    ) -> Self:
        """
        Give units, and named accounts, to a territory.

        Parameters
        ----------
        unit_ids
            Units to move.
        to
            Their new territory; None: units become unassigned, named accounts follow
            their unit again.
        account_ids
            Accounts that go there whatever their unit does.

        Returns
        -------
        A new alignment with this one as its parent.

        Raises
        ------
        InputError
            If a unit is not in the alignment.
        """
        units, exceptions = self.territory_by_unit, self.territory_by_account
        if len(unit_ids):
            places = units.index.get_indexer_for(list(unit_ids))
            if (places < 0).any():
                name = list(unit_ids)[int((places < 0).argmax())]
                raise InputError(f"unit {name!r} is not in the alignment")
            units = units.copy()
            units.iloc[places] = to
        if len(account_ids):
            exceptions = exceptions[~exceptions.index.isin(list(account_ids))]
            if to is not None:
                ids = list(dict.fromkeys(account_ids))
                moves = pd.Series(to, index=ids, dtype="str")
                exceptions = pd.concat([exceptions, moves])
        return type(self)(units, exceptions, self)

    def territory_of(self, unit_by_account: pd.Series) -> pd.Series:
        """
        Find the territory of accounts.

        Parameters
        ----------
        unit_by_account : shape (n_accounts,)
            Unit indexed by `account_id`, missing where the account lies in none.

        Returns
        -------
        shape (n_accounts,)
            Territory indexed by `account_id`: the named one, else that of the unit,
            else missing.
        """
        # Looked up once a unit, not once an account: there are a hundred times as many.
        nth, unit_ids = pd.factorize(unit_by_account)
        of_unit = self.territory_by_unit.reindex(unit_ids).astype("str").array
        territory = of_unit.take(nth, allow_fill=True)
        named, ids = self.territory_by_account, unit_by_account.index
        at = ids.get_indexer(named.index)  # those named are few
        territory[at[at >= 0]] = named.array[at >= 0]
        return pd.Series(territory, index=ids, name="territory_id", dtype="str")
