"""Files that leave the store: what is offered, made, remembered and recognised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely

from planner.core.errors import InputError, NotFoundError
from planner.core.files.geofiles import read_note
from planner.core.files.tables import FORMATS, GEO_FORMATS, encode_frame
from planner.services.exports.tables import TABLES, table_of
from planner.services.workspace import OpenCompany, Workspace
from planner.store.audit import exports as export_rows
from planner.store.audit.exports import Export
from planner.store.company import companies as company_rows
from planner.store.rows.records import new_id, sha256_text
from planner.store.scenarios import lineage
from planner.store.scenarios import publications as publication_rows
from planner.store.scenarios.lineage import Scenario

MIMES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "html": "text/html",
}
WITH_POINTS = ("accounts", "plan", "visits")
WITHOUT_PLACES = ("geojson", "gpkg")  # their shape says where, once


class Offer(NamedTuple):
    """One thing that can be exported, in which formats, under which title."""

    what: str
    formats: tuple[str, ...]
    title: str
    of_scenario: bool = False


@dataclass(frozen=True, kw_only=True)
class ExportedFile:
    """
    A file ready to be handed out.

    Parameters
    ----------
    name
        Holds the id of the export, by which it is recognised.
    content, mime
        Its bytes and media type.
    sha256
        Of the bytes, as the store keeps it.
    content_hash
        SHA-256 of its rows: equal rows, equal hash, whatever the format.
    export_id, n_rows
        Which export, of how many rows.
    """

    name: str
    content: bytes
    mime: str
    sha256: str
    content_hash: str
    export_id: str
    n_rows: int


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """
    What the store knows of a file.

    Parameters
    ----------
    state
        ``unchanged``: the bytes are as they were handed out; ``changed``: it names an
        export of this store and differs from it; ``unknown``: nothing tells.
    export
        The export it is or was; None if unknown.
    sha256
        Of the file as it is now.
    """

    state: Literal["unchanged", "changed", "unknown"]
    export: Export | None
    sha256: str

    def summary(self) -> str:
        """Say it in a sentence."""
        if self.export is None:
            return "this store handed out no such file, or it was changed since"
        export = self.export
        line = (
            f"{export.n_rows:,} rows of {export.what}, exported by "
            f"{export.created_by} on {export.created_at[:16].replace('T', ' ')} UTC "
            f"as {export.export_id}"
        )
        return f"{line}: {self.state}"


def offers() -> list[Offer]:
    """List what the open company can export."""
    return [
        Offer(
            what,
            (*FORMATS, *GEO_FORMATS) if table.has_shapes else FORMATS,
            table.title,
            table.of_scenario,
        )
        for what, table in TABLES.items()
    ]


def export(
    ws: OpenCompany, what: str, form: str, scenario_id: str | None = None
) -> ExportedFile:
    """
    Make a file and keep what left, with a line in the audit log.

    Parameters
    ----------
    ws
        The open company.
    what, form
        One of `offers` and of its formats.
    scenario_id
        Which scenario; None: the one saved last, for ``changes`` the one in force.

    Raises
    ------
    InputError
        If there is no such offer or format, or nothing to export.
    NotFoundError
        If the company has no such scenario.
    """
    _check_offer(what, form)
    table = TABLES[what]
    scenario = _scenario(ws, what, scenario_id) if table.of_scenario else None
    frame = table_of(ws, what, None if scenario is None else scenario.scenario_id)
    if scenario is not None:
        frame = _of_scenario(frame, scenario)
    content_hash = content_hash_of(frame)
    with ws.store.reading() as conn:
        audit_hash = export_rows.newest_audit_hash(conn)
        company = company_rows.load_company(conn, ws.company_id)
    export_id = new_id("X")
    stamp = export_rows.stamp_now()
    note = {
        "export_id": export_id,
        "what": what,
        "company": company.name,
        "scenario_id": scenario.scenario_id if scenario else "",
        "scenario": scenario.name if scenario else "",
        "scenario_version": str(scenario.version) if scenario else "",
        "exported_at": stamp,
        "exported_by": ws.user,
        "content_hash": content_hash,
        "audit_hash": audit_hash,
    }
    content = encode_frame(
        _shaped(frame, what, form), form, name=what, index=False, note=note
    )
    return record(
        ws,
        content,
        Export(
            export_id=export_id,
            company_id=ws.company_id,
            scenario_id=scenario.scenario_id if scenario else None,
            what=what,
            format=form,
            file_name=f"{what}-{export_id}.{form}",
            n_rows=len(frame),
            sha256=sha256_text(content),
            content_hash=content_hash,
            audit_hash=audit_hash,
            created_at=stamp,
            created_by=ws.user,
        ),
    )


def record(ws: Workspace, content: bytes, export: Export) -> ExportedFile:
    """Keep what left the store, with its line in the audit log, and hand it out."""
    with ws.store.transaction() as conn:
        export_rows.record_export(conn, export)
    return ExportedFile(
        name=export.file_name,
        content=content,
        mime=MIMES[export.format],
        sha256=export.sha256,
        content_hash=export.content_hash,
        export_id=export.export_id,
        n_rows=export.n_rows,
    )


def exports(ws: OpenCompany) -> pd.DataFrame:
    """List the exports of the open company, newest first, indexed `export_id`."""
    with ws.store.reading() as conn:
        return export_rows.list_exports(conn, ws.company_id)


def verify(ws: Workspace, source: Path | bytes) -> Verdict:
    """
    Recognise a file that was exported from this store.

    Parameters
    ----------
    source
        A path, or the bytes. A changed CSV is recognised by its name alone: it has no
        place for a note.
    """
    content = source if isinstance(source, bytes) else source.read_bytes()
    sha256 = sha256_text(content)
    with ws.store.reading() as conn:
        same = export_rows.find_exports(conn, sha256)
        if same:
            return Verdict(state="unchanged", export=same[0], sha256=sha256)
        export_id = str((read_note(content) or {}).get("export_id", ""))
        if not export_id and isinstance(source, Path):
            export_id = "X-" + source.stem.rpartition("-X-")[2]
        try:
            export = export_rows.load_export(conn, export_id)
        except NotFoundError:
            return Verdict(state="unknown", export=None, sha256=sha256)
    return Verdict(state="changed", export=export, sha256=sha256)


def _check_offer(what: str, form: str) -> None:
    offer_by_name = {offer.what: offer for offer in offers()}
    if what not in offer_by_name:
        raise InputError(
            f"export must be one of {', '.join(offer_by_name)}, got {what!r}"
        )
    if form not in offer_by_name[what].formats:
        formats = ", ".join(offer_by_name[what].formats)
        raise InputError(f"{what} can be exported as {formats}, got {form!r}")


def _scenario(ws: OpenCompany, what: str, scenario_id: str | None) -> Scenario:
    """Find the scenario asked for among those of the open company."""
    company_id = ws.company_id
    with ws.store.reading() as conn:
        if what == "changes":
            team = lineage.FIELD  # whose publications say who owns
            published = publication_rows.list_publications(conn, company_id, team)
            newest_first = sorted(
                published, key=lambda published_ids: published_ids.effective_from
            )
            published_ids = [
                publication.scenario_id for publication in newest_first[::-1]
            ]
        else:
            scenarios = lineage.list_scenarios(conn, company_id)
            published_ids = [scenario.scenario_id for scenario in scenarios]
    if not published_ids:
        missing = "published plan" if what == "changes" else "scenario"
        raise InputError(f"there is no {missing} yet, so no {what} can be exported")
    if scenario_id is not None and scenario_id not in published_ids:
        kind = "published scenario" if what == "changes" else "scenario"
        raise NotFoundError(f"this company has no {kind} {scenario_id!r}")
    with ws.store.reading() as conn:
        return lineage.load_scenario(conn, scenario_id or published_ids[0])


def _of_scenario(frame: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Say in each row of which plan it is, so that no copied row loses its plan."""
    rows = frame.assign(
        scenario=scenario.name,
        scenario_version=scenario.version,
        scenario_saved_on=pd.Timestamp(scenario.updated_at[:10]),
    )
    if isinstance(frame, gpd.GeoDataFrame):
        return rows[[*rows.columns.drop("geometry"), "geometry"]]
    return rows


def _shaped(frame: pd.DataFrame, what: str, form: str) -> pd.DataFrame:
    """Bring places and shapes to what a format holds."""
    if form in ("csv", "xlsx") and isinstance(frame, gpd.GeoDataFrame):
        inside = frame.geometry.representative_point()
        plain = pd.DataFrame(frame.drop(columns="geometry"))
        return plain.assign(lat=inside.y, lon=inside.x)
    if what not in WITH_POINTS or form not in (*GEO_FORMATS, "parquet"):
        return frame
    points = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], index=frame.index)
    points = points.where(frame["lat"].notna() & frame["lon"].notna())
    columns = frame.drop(columns=["lat", "lon"]) if form in WITHOUT_PLACES else frame
    return gpd.GeoDataFrame(columns, geometry=points, crs=4326)


def content_hash_of(frame: pd.DataFrame) -> str:
    """Hash the header and the rows as text, shapes as WKB."""
    table = frame
    if isinstance(frame, gpd.GeoDataFrame):
        shapes = shapely.to_wkb(frame.geometry.to_numpy(), hex=True)
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(geometry=shapes)
    text = table.to_csv(
        index=False, lineterminator="\n", date_format="%Y-%m-%d", na_rep="\\N"
    )
    return sha256_text(text)
