"""Address services: Nominatim and Photon, at an address the user sets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from planner.core.errors import InputError, ProviderError
from planner.providers.web import ask_json, checked_base_url

KINDS = ("nominatim", "photon")
TIMEOUT_S = 10.0
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
        found = {name: " ".join(getattr(self, name).split()) for name in names}
        return {name: part for name, part in found.items() if part}

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
class Nominatim:
    """
    Ask a Nominatim (`/search`, structured).

    Parameters
    ----------
    base_url
        Such as ``https://nominatim.example.org``; the public one allows one question
        a second and no bulk.
    contact, timeout_s
        As of `web.ask_json`.

    Notes
    -----
    Source: https://nominatim.org/release-docs/latest/api/Search/
    """

    base_url: str
    contact: str = ""
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """Kind and address."""
        return f"nominatim {self.base_url}"

    def find(self, address: Address) -> Found | None:
        """Find an address; see `Geocoder`."""
        words = {"region": "state", "postcode": "postalcode"}
        query = {words.get(name, name): part for name, part in address.parts.items()}
        query |= {"format": "jsonv2", "limit": "1"}
        answer = ask_json(
            self.base_url,
            "/search",
            query,
            timeout_s=self.timeout_s,
            contact=self.contact,
        )
        if not isinstance(answer, list):
            raise ProviderError(_not_understood(self.name))
        if not answer:
            return None
        first = answer[0]
        if not isinstance(first, dict):
            raise ProviderError(_not_understood(self.name))
        is_postcode = (
            first.get("type") == "postcode" or first.get("addresstype") == "postcode"
        )
        rank = first.get("place_rank")
        known = rank if isinstance(rank, int) else 0
        by_rank = next((word for least, word in _BY_RANK if known >= least), "")
        precision = "postcode" if is_postcode else by_rank
        return _found(self.name, first.get("lat"), first.get("lon"), precision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photon:
    """
    Ask a Photon (`/api`, one line of text).

    Parameters
    ----------
    base_url
        Such as ``https://photon.example.org``.
    contact, timeout_s
        As of `web.ask_json`.

    Notes
    -----
    Source: https://github.com/komoot/photon, Search API.
    """

    base_url: str
    contact: str = ""
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """Kind and address."""
        return f"photon {self.base_url}"

    def find(self, address: Address) -> Found | None:
        """Find an address; see `Geocoder`."""
        query = {"q": ", ".join(address.parts.values()), "limit": "1"}
        answer = ask_json(
            self.base_url,
            "/api",
            query,
            timeout_s=self.timeout_s,
            contact=self.contact,
        )
        features = answer.get("features") if isinstance(answer, dict) else None
        if not isinstance(features, list):
            raise ProviderError(_not_understood(self.name))
        if not features:
            return None
        try:
            lon, lat = features[0]["geometry"]["coordinates"][:2]
            properties = features[0].get("properties") or {}
            precision = _BY_TYPE.get(str(properties.get("type")), "")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProviderError(_not_understood(self.name)) from error
        if properties.get("osm_value") == "postcode":
            precision = "postcode"
        return _found(self.name, lat, lon, precision)


def make_geocoder(
    kind: str, url: str, *, contact: str = "", timeout_s: float = TIMEOUT_S
) -> Geocoder:
    """
    Make the service a user has set.

    Raises
    ------
    InputError
        If kind or address are not understood.
    """
    base_url = checked_base_url(url)
    if kind == "nominatim":
        return Nominatim(base_url=base_url, contact=contact, timeout_s=timeout_s)
    if kind == "photon":
        return Photon(base_url=base_url, contact=contact, timeout_s=timeout_s)
    raise InputError(f"the address service must be one of {KINDS}, got {kind!r}")


def _found(name: str, lat: Any, lon: Any, precision: str) -> Found | None:
    """Check an answer; a whole state or country is no place for an account."""
    try:
        degrees = float(lat), float(lon)
    except (TypeError, ValueError) as error:
        raise ProviderError(_not_understood(name)) from error
    is_place = abs(degrees[0]) <= 90 and abs(degrees[1]) <= 180
    if not (is_place and math.isfinite(degrees[0]) and math.isfinite(degrees[1])):
        raise ProviderError(_not_understood(name))
    if not precision:
        return None
    return Found(lat=degrees[0], lon=degrees[1], geo_precision=precision)


def _not_understood(name: str) -> str:
    return f"the answer of {name} is not that of such a service; check kind and address"
