"""Asking an address service: one a user has set, in turn, each address once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pandas as pd

from planner.core.errors import InputError, ProviderError
from planner.core.results import SolveStatus
from planner.core.run import RunControl
from planner.providers.geocoders import GAP_S, KINDS, Address, Geocoder, make_geocoder
from planner.services.workspace import OpenCompany, Workspace
from planner.store.company import accounts as account_rows
from planner.store.company import companies as company_rows
from planner.store.imports import geocodes
from planner.store.imports.geocodes import Answer

_NAP_S = 0.2  # how long to wait before asking again whether to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class GeocoderChoice:
    """
    Which address service a company asks.

    Parameters
    ----------
    kind
        ``nominatim`` or ``photon``.
    url
        Its address; empty: none.
    source
        ``company`` or ``settings``: where it is set; empty: nowhere.
    """

    kind: str
    url: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Geocoding:
    """
    How far asking has come.

    Parameters
    ----------
    status
        ``FEASIBLE`` when all were asked, else ``CANCELLED`` or ``TIME_LIMIT``.
    n_addresses
        Different addresses of the accounts.
    n_found, n_not_found, n_left
        Of them; those left are asked when it is started again.
    n_asked
        Questions sent now; the others were known.
    n_unusable
        Accounts without postcode and city, for which nothing can be asked.
    """

    status: SolveStatus
    n_addresses: int
    n_found: int
    n_not_found: int
    n_left: int
    n_asked: int
    n_unusable: int


def geocoder_choice(ws: OpenCompany) -> GeocoderChoice:
    """Tell which address service is set: the company's own, else the deployment's."""
    with ws.store.reading() as conn:
        details = company_rows.load_company(conn, ws.company_id).details
    mine = details.get("geocoder") or {}
    if mine.get("url"):
        return GeocoderChoice(kind=mine["kind"], url=mine["url"], source="company")
    url = ws.settings.geocoder_url
    source = "settings" if url else ""
    return GeocoderChoice(kind=ws.settings.geocoder_kind, url=url, source=source)


def set_geocoder(ws: OpenCompany, kind: str, url: str) -> None:
    """
    Set the company's address service; an empty address takes it back.

    Raises
    ------
    InputError
        If kind or address are not understood.
    """
    if url.strip():
        make_geocoder(kind, url)
    elif kind not in KINDS:
        raise InputError(f"the address service must be one of {KINDS}, got {kind!r}")
    with ws.store.transaction() as conn:
        company = company_rows.load_company(conn, ws.company_id)
        details = {key: v for key, v in company.details.items() if key != "geocoder"}
        more = {"geocoder": {"kind": kind, "url": url.strip()}} if url.strip() else {}
        company_rows.update_company(
            conn, company.company_id, user=ws.user, details=details | more
        )


def geocoder(ws: OpenCompany) -> Geocoder:
    """
    Make the address service that is set.

    Raises
    ------
    InputError
        If none is set.
    """
    choice = geocoder_choice(ws)
    if not choice.url:
        raise InputError(
            "no address service is set: nothing is sent to the outside. Set the "
            "address of a Nominatim or Photon on the Import page or in "
            "PLANNER_GEOCODER_URL"
        )
    return make_geocoder(
        choice.kind, choice.url, contact=ws.settings.geocoder_contact, gap_s=GAP_S
    )


def ask_addresses(
    ws: OpenCompany, account_ids: list[str], run: RunControl | None = None
) -> Geocoding:
    """
    Ask the service for accounts whose address was never asked; answers are kept.

    Parameters
    ----------
    account_ids
        Accounts of the open company.
    run
        Progress and cancel; what was answered until then is kept.

    Returns
    -------
    How far it came. Accounts are not changed: see `repairs.preview_repair` with
    ``by="service"``.

    Raises
    ------
    InputError
        If no service is set.
    ProviderError
        If it does not answer as it should; what was answered before is kept.
    """
    control = run or RunControl()
    service = geocoder(ws)
    with ws.store.reading() as conn:
        accounts = account_rows.load_accounts(conn, ws.company_id, account_ids)
        addresses = _addresses(accounts)
        usable = {a: query_of(a) for a in addresses.tolist() if a.is_usable}
        queries = sorted(set(usable.values()))
        answers = geocodes.load_answers(conn, service.name, queries)
    by_query = {query: address for address, query in usable.items()}
    waiting = [query for query in queries if query not in answers]
    status = SolveStatus.FEASIBLE
    n_asked = 0
    for query in waiting:
        control.report(
            (len(queries) - len(waiting) + n_asked) / len(queries),
            f"{n_asked:,} of {len(waiting):,} addresses asked",
        )
        if not _wait_for_turn(ws, control):
            cancelled = control.is_cancelled()
            status = SolveStatus.CANCELLED if cancelled else SolveStatus.TIME_LIMIT
            break
        answers[query] = _ask(
            ws, service, by_query[query], query, n_asked, len(waiting)
        )
        n_asked += 1
    n_found = sum(answer.lat is not None for answer in answers.values())
    return Geocoding(
        status=status,
        n_addresses=len(queries),
        n_found=n_found,
        n_not_found=len(answers) - n_found,
        n_left=len(queries) - len(answers),
        n_asked=n_asked,
        n_unusable=sum(not address.is_usable for address in addresses),
    )


def known_places(ws: OpenCompany, accounts: pd.DataFrame) -> pd.DataFrame:
    """
    Look up what the service said before; nothing is asked.

    Returns
    -------
    columns lat, lon, geo_source, geo_precision, is_known
        Indexed account_id. NaN where the address is not known to the service
        (`is_known`), or was not asked yet.
    """
    service = geocoder(ws)
    queries = _addresses(accounts).map(query_of)
    with ws.store.reading() as conn:
        by_query = geocodes.load_answers(conn, service.name, sorted(set(queries)))
    none = Answer(lat=None, lon=None, geo_precision="")
    answers = [by_query.get(query, none) for query in queries]
    frame = pd.DataFrame(
        {
            "lat": [answer.lat for answer in answers],
            "lon": [answer.lon for answer in answers],
            "geo_source": "geocoder",
            "geo_precision": [answer.geo_precision for answer in answers],
            "is_known": [query in by_query for query in queries],
        },
        index=accounts.index,
    )
    types = {"geo_source": "str", "geo_precision": "str", "is_known": "bool"}
    return frame.astype({"lat": "float64", "lon": "float64"} | types)


def query_of(address: Address) -> str:
    """Write an address as the cache keeps it: two spellings of blanks and case, one."""
    return " | ".join(
        f"{name}={part.casefold()}" for name, part in address.parts.items()
    )


def _addresses(accounts: pd.DataFrame) -> pd.Series:
    names = ["street", "city", "region", "postcode", "country"]
    texts = accounts[names].astype("str").fillna("")
    addresses = [Address(**row) for row in texts.to_dict("records")]
    return pd.Series(addresses, index=accounts.index, dtype=object)


def _wait_for_turn(ws: Workspace, run: RunControl) -> bool:
    """Wait until we may ask; False: the user wants to stop."""
    if run.should_stop():
        return False
    with ws.store.transaction() as conn:
        turn_s = geocodes.take_turn(conn, time.time(), GAP_S)
    while (wait_s := turn_s - time.time()) > 0:
        if run.should_stop():
            return False
        time.sleep(min(wait_s, _NAP_S))
    return True


def _ask(
    ws: Workspace,
    service: Geocoder,
    address: Address,
    query: str,
    n_before: int,
    n_all: int,
) -> Answer:
    """Ask for one address and keep the answer at once."""
    try:
        place = service.find(address)
    except ProviderError as error:
        raise ProviderError(
            f"{error}. The {n_before:,} answers of {n_all:,} received before are kept; "
            "start again to go on from there"
        ) from error
    answer = Answer(
        lat=place.lat if place else None,
        lon=place.lon if place else None,
        geo_precision=place.geo_precision if place else "",
    )
    with ws.store.transaction() as conn:
        geocodes.save_answer(conn, service.name, query, answer)
    return answer
