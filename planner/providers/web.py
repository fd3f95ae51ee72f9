"""One careful question to one outside address: JSON back, or a plain reason."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import urlencode, urljoin, urlsplit

from planner.core.errors import InputError, ProviderError

USER_AGENT = "planner (self-hosted territory planning)"
_LARGEST_ANSWER = 1_000_000  # bytes; an answer of one place has some thousand


def checked_base_url(url: str) -> str:
    """
    Check the address of a service.

    Returns
    -------
    It, without a slash at its end.

    Raises
    ------
    InputError
        If it is not http or https, or names no host.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(
            f"the address of a service must begin with https:// or http:// and name "
            f"a host, got {url!r}"
        )
    if parts.query or parts.fragment:
        raise InputError(f"the address of a service ends before ? and #, got {url!r}")
    return url.strip().rstrip("/")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow an answer that points elsewhere only within the host the user set."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        asked, told = urlsplit(req.full_url), urlsplit(urljoin(req.full_url, newurl))
        is_same = (asked.hostname, asked.port) == (told.hostname, told.port)
        if told.scheme not in {asked.scheme, "https"} or not is_same:
            raise ProviderError(
                f"{asked.hostname} sends us on to another host ({told.netloc}), which "
                "we do not follow; set the right address of the service"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def ask_json(
    base_url: str,
    path: str,
    query: Mapping[str, str],
    *,
    timeout_s: float,
    contact: str = "",
) -> Any:
    """
    Ask a service one question.

    Parameters
    ----------
    base_url
        As `checked_base_url` returns it.
    path
        Beginning with a slash.
    query
        Names and values of the question.
    timeout_s
        How long to wait for it to connect, and for each part of the answer.
    contact
        A mail address or page for the service's owner, told with each question.

    Returns
    -------
    The JSON of the answer.

    Raises
    ------
    ProviderError
        If it does not answer in time, refuses, asks us to slow down (429), sends us
        to another host, or answers anything but JSON.
    """
    url = f"{base_url}{path}?{urlencode(query)}"
    agent = f"{USER_AGENT}; {contact}" if contact else USER_AGENT
    headers = {"User-Agent": agent, "Accept": "application/json"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (checked)
    opener = urllib.request.build_opener(_SameHost)
    host = urlsplit(base_url).netloc.rpartition("@")[2]
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            content = answer.read(_LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise ProviderError(_refusal(host, error)) from error
    except TimeoutError as error:
        raise ProviderError(_too_slow(host, timeout_s)) from error
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise ProviderError(_too_slow(host, timeout_s)) from error
        raise ProviderError(
            f"{host} cannot be reached ({reason}); check the address and the network"
        ) from error
    if len(content) > _LARGEST_ANSWER:
        raise ProviderError(f"{host} answered far more than one place needs")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProviderError(
            f"{host} did not answer in JSON; check that the address is that of the "
            "service itself"
        ) from error


def _refusal(host: str, error: urllib.error.HTTPError) -> str:
    if error.code == 429:
        wait = error.headers.get("Retry-After", "")
        later = f"in {wait} seconds" if wait.isdigit() else "later"
        return f"{host} asks us to slow down (429); go on {later}"
    if error.code in {401, 403}:
        return f"{host} refuses us ({error.code}); ask its owner for access"
    return f"{host} answered with error {error.code}; try later or check the address"


def _too_slow(host: str, timeout_s: float) -> str:
    return f"{host} did not answer within {timeout_s:g} seconds; try later"
