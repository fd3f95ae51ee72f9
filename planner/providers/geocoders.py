"""Address services: Nominatim and Photon, at an address the user sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from planner.core.errors import InputError, ProviderError
from planner.providers.web import checked_base_url, not_understood

KINDS = ("nominatim", "photon")
TIMEOUT_S = 10.0
GAP_S = 1.0  # between two questions, as public services ask
_BY_RANK = ((30, "exact"), (26, "street"), (16, "city"))  # Nominatim's place_rank
_BY_TYPE = {
    "house": "exact",
    "street": "street",
    "locality": "postcode",
    "district": "city",
    "city": "city",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """
    What is asked for; parts not known are empty.

    Parameters
    ----------
    street, city, region, postcode, country
        As written.
    """

    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    @property
    def parts(self) -> dict[str, str]:
        """The parts that are known, in the order they are written."""
        names = ("street", "city", "region", "postcode", "country")
        parts = {name: " ".join(getattr(self, name).split()) for name in names}
        return {name: part for name, part in parts.items() if part}

    @property
    def is_usable(self) -> bool:
        """Whether it names more than a state and a country."""
        return bool({"postcode", "city"} & self.parts.keys())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    Where an address is.

    Parameters
    ----------
    lat, lon
        Degrees, EPSG:4326.
    geo_precision
        ``exact``, ``street``, ``postcode`` or ``city``.
    """

    lat: float
    lon: float
    geo_precision: str


class Geocoder(Protocol):
    """Anything that finds addresses."""

    @property
    def name(self) -> str:
        """Kind and address; answers are kept under it."""

    def find(self, address: Address) -> Found | None:
        """Find an address; None: not known. ProviderError: it cannot tell now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressService:
    """
    A Nominatim or a Photon; see `Geocoder`.

    Parameters
    ----------
    name
        Kind and address; answers are kept under it.
    ask
        Sends a question; what it gives is the place as the service wrote it.
    question
        An address as the service is asked for it.
    place_of
        Reads latitude, longitude and precision of a place; whatever it stumbles over,
        the place is none.
    """

    name: str
    ask: Callable[[Any], Any]
    question: Callable[[Address], Any]
    place_of: Callable[[Any], tuple[Any, Any, str]]

    def find(self, address: Address) -> Found | None:
        """Find an address; see `Geocoder`."""
        try:
            place = self.ask(self.question(address))
            return None if place is None else _checked(*self.place_of(place))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ProviderError(not_understood(self.name)) from error


def make_geocoder(
    kind: str,
    url: str,
    *,
    contact: str = "",
    timeout_s: float = TIMEOUT_S,
    gap_s: float = GAP_S,
) -> Geocoder:
    """
    Make the service a user has set.

    Parameters
    ----------
    kind
        ``nominatim`` (`/search`, by parts) or ``photon`` (`/api`, one line of text).
    url
        Its address, such as ``https://nominatim.example.org``.
    contact
        A mail address or page for the service's owner, told with each question.
    timeout_s
        How long to wait for it to connect, and for each part of the answer.
    gap_s
        Between two questions; public services ask for a second.

    Raises
    ------
    InputError
        If kind or address are not understood.

    Notes
    -----
    Sources: https://nominatim.org/release-docs/latest/api/Search/ and
    https://github.com/komoot/photon, Search API.
    """
    base_url = checked_base_url(url)
    if kind not in KINDS:
        raise InputError(f"the address service must be one of {KINDS}, got {kind!r}")
    from planner.providers import services  # geopy is slow to load

    options = {"contact": contact, "timeout_s": timeout_s, "gap_s": gap_s}
    name = f"{kind} {base_url}"
    if kind == "nominatim":
        return AddressService(
            name=name,
            ask=services.nominatim(base_url, **options),
            question=_parts,
            place_of=_nominatim_place,
        )
    return AddressService(
        name=name,
        ask=services.photon(base_url, **options),
        question=_line,
        place_of=_photon_place,
    )


def _parts(address: Address) -> dict[str, str]:
    words = {"region": "state", "postcode": "postalcode"}
    return {words.get(name, name): part for name, part in address.parts.items()}


def _line(address: Address) -> str:
    return ", ".join(address.parts.values())


def _nominatim_place(place: Any) -> tuple[Any, Any, str]:
    if "postcode" in {place.get("type"), place.get("addresstype")}:
        precision = "postcode"
    else:
        rank = place.get("place_rank")
        rank = rank if isinstance(rank, int) else 0
        precision = next((word for least, word in _BY_RANK if rank >= least), "")
    return place.get("lat"), place.get("lon"), precision


def _photon_place(place: Any) -> tuple[Any, Any, str]:
    lon, lat = place["geometry"]["coordinates"][:2]
    properties = place.get("properties") or {}
    precision = _BY_TYPE.get(str(properties.get("type")), "")
    if properties.get("osm_value") == "postcode":
        precision = "postcode"
    return lat, lon, precision


def _checked(lat: Any, lon: Any, precision: str) -> Found | None:
    """Check an answer; a whole state or country is no place for an account."""
    lat, lon = float(lat), float(lon)
    if not (abs(lat) <= 90 and abs(lon) <= 180):  # nor where either is NaN
        raise ValueError(f"there is no place at {lat}, {lon}")
    return Found(lat=lat, lon=lon, geo_precision=precision) if precision else None
