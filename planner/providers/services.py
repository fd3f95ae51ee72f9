"""Nominatim and Photon as geopy asks them, through our own careful way of fetching."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import BaseSyncAdapter
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, Photon

from planner.core.errors import ProviderError
from planner.providers.web import ask_json, not_understood, user_agent

# Below that it would write each question into the log: addresses of customers.
logging.getLogger("geopy").setLevel(logging.WARNING)

Ask = Callable[[Any], Any]  # a question to the raw place that answers it; None: none
IsAnswer = Callable[[Any], bool]


class CarefulAdapter(BaseSyncAdapter):
    """
    What geopy fetches with: `web.ask_json`, and only answers of the service's form.

    Parameters
    ----------
    is_answer
        Tells that form. geopy takes whatever is empty for "not known", which is kept
        for good; in another form it says that there is no such service.
    """

    def __init__(self, *, is_answer: IsAnswer, **options: Any) -> None:
        super().__init__(**options)
        self.is_answer = is_answer

    def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:
        """Ask one question; ProviderError as `web.ask_json` raises it."""
        answer = ask_json(url, timeout_s=timeout, headers=headers)
        if not self.is_answer(answer):
            raise ProviderError(not_understood(urlsplit(url).hostname or url))
        return answer

    def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:
        """Refuse: both services answer in JSON."""
        raise NotImplementedError


class RankedNominatim(Nominatim):
    """Nominatim, asked in the form that tells the rank; places come as it sent them."""

    def _construct_url(self, base_api: str, params: Mapping[str, Any]) -> str:
        return str(super()._construct_url(base_api, {**params, "format": "jsonv2"}))

    def _parse_code(self, place: Any) -> Any:
        return place  # geopy would turn a longitude of 200 into one of -160


class RawPhoton(Photon):
    """Photon; places come as it sent them."""

    def _parse_resource(self, resource: Any) -> Any:
        return resource


def nominatim(base_url: str, **options: Any) -> Ask:
    """Make what asks a Nominatim for parts of an address; see `_limited`."""
    return _limited(RankedNominatim, base_url, _is_list, **options)


def photon(base_url: str, **options: Any) -> Ask:
    """Make what asks a Photon for one line of text; see `_limited`."""
    return _limited(RawPhoton, base_url, _has_features, **options)


def _limited(
    kind: type[Nominatim] | type[Photon],
    base_url: str,
    is_answer: IsAnswer,
    *,
    contact: str,
    timeout_s: float,
    gap_s: float,
) -> Ask:
    """Ask at most once in `gap_s`, and never again by itself: who asks says why not."""
    service = kind(
        scheme=urlsplit(base_url).scheme,
        domain=base_url.partition("://")[2],
        timeout=timeout_s,
        user_agent=user_agent(contact),
        adapter_factory=partial(CarefulAdapter, is_answer=is_answer),
    )
    ask: Ask = RateLimiter(
        service.geocode,
        min_delay_seconds=gap_s,
        error_wait_seconds=gap_s,
        max_retries=0,
        swallow_exceptions=False,
    )
    return ask


def _is_list(answer: Any) -> bool:
    return isinstance(answer, list)


def _has_features(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("features"), list)
