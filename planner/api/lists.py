"""Lists of one's own: accounts, and the people, deals and units beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from os import PathLike
from typing import Any

import geopandas as gpd
import pandas as pd

from planner.accounts.context import ImportContext
from planner.accounts.findings import ImportReport
from planner.accounts.importing import check_file
from planner.accounts.places.regions import checked_country
from planner.accounts.placing import Gazetteer
from planner.api.shown import Shown, checked_path, points
from planner.core.errors import InputError
from planner.core.files.tables import in_money
from planner.core.settings import Settings
from planner.geography.colours import INK
from planner.maps.sheet import MapSheet
from planner.services.imports.currency import USUAL, check_in_its_currency


@dataclass(frozen=True, kw_only=True)
class ListReport(Shown, ImportReport):
    """An `ImportReport` to look at: what was taken of a list, what not and why."""

    @property
    def status(self) -> str:
        """How the reading ended: the verdict."""
        return self.verdict

    def to_frame(self) -> pd.DataFrame:
        """Return the accepted rows, money in whole minor units."""
        return self.frame

    def table(self) -> pd.DataFrame:
        """Return the accepted rows with money as decimals."""
        return in_money(self.frame, self.currency, has_currency_column=True)

    def shapes(self) -> gpd.GeoDataFrame:
        """Return the rows at their places; units as their polygons."""
        if isinstance(self.frame, gpd.GeoDataFrame):
            return self.frame
        table = self.table()
        if not {"lat", "lon"} <= set(table.columns):
            raise InputError(f"{self.file}: {self.kind} have no places, so no shapes")
        return points(table.dropna(subset=["lat", "lon"]))

    def sheet(self) -> MapSheet:
        """Show each row where it lies."""
        shapes = self.shapes()
        inside = shapes.geometry.representative_point()
        places = pd.DataFrame({"lon": inside.x, "lat": inside.y, "colour": INK})
        named = shapes["name"] if "name" in shapes else shapes.index.astype("str")
        return MapSheet(title=self.file, points=places.assign(label=named))


def read_accounts(
    path: str | PathLike[str],
    kind: str = "accounts",
    mapping: Mapping[str, Any] | None = None,
    country: str | None = None,
    *,
    currency: str | None = None,
) -> ListReport:
    r"""
    Read a list and say of each row whether it is taken, and why not.

    Parameters
    ----------
    path
        A CSV, XLSX, GeoJSON, GeoPackage, Parquet or KML file.
    kind
        ``accounts``; also ``units``, ``reps``, ``positions``, ``deals``, ``quotas``,
        ``visits_made``, ``market``.
    mapping
        Column of the file by column of ours; None: guessed.
    country
        Country of rows that name none, a name or two letters; None: found out.
    currency
        Of all amounts; None: of accounts found out, else USD.

    Returns
    -------
    The report: `frame` holds the accepted rows, `findings` what was found, `verdict`
    one word for it; `require` returns the frame or raises.

    Raises
    ------
    InputError
        If the file is missing, or an argument names what does not exist.

    Examples
    --------
    >>> import tempfile, pathlib, planner
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "shops.csv"
    >>> _ = path.write_text("id,name,lat,lon\nA1,Ann,43.1,-89.4\nA2,,43.2,-89.5\n")
    >>> report = planner.read_accounts(path, mapping={"account_id": "id",
    ...     "name": "name", "lat": "lat", "lon": "lon"})
    >>> report.rows_accepted, report.rows_rejected
    (1, 1)
    >>> report.frame.loc["A1", "name"]
    'Ann'
    """
    file = checked_path(path)
    if mapping is not None and not isinstance(mapping, Mapping):
        raise InputError(
            "mapping must be a mapping of our column to the file's such as "
            f"{{'account_id': 'Id'}}, got {mapping!r}"
        )
    context = ImportContext(
        kind=kind,
        mapping=mapping,
        country=None if country is None else checked_country(country),
        gazetteer=Gazetteer.load(Settings.from_environment().data_dir),
    )
    code = None if currency is None else _checked_currency(currency)
    check = partial(check_file, file)
    if kind == "accounts":
        report = check_in_its_currency(check, context, code)
    else:
        report = check(replace(context, currency=code or USUAL))
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    return ListReport(**values)


def _checked_currency(currency: Any) -> str:
    if not isinstance(currency, str):
        raise InputError(f"currency must be a code such as 'USD', got {currency!r}")
    return currency
