"""One careful question to one outside address: JSON back, or a plain reason."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

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
        If it is not http or https, names no host, or a user of it.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InputError(
            f"the address of a service must begin with https:// or http:// and name "
            f"a host, got {url!r}"
        )
    if parts.username is not None or parts.password is not None:
        raise InputError(
            f"the address of a service may hold no name or password, as answers are "
            f"kept under it; leave out what stands before the @ of {parts.hostname}"
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
        source = urlsplit(req.full_url)
        target = urlsplit(urljoin(req.full_url, newurl))
        is_same = (source.hostname, source.port) == (target.hostname, target.port)
        if target.scheme not in {source.scheme, "https"} or not is_same:
            raise ProviderError(
                f"{source.hostname} sends us on to another host ({target.netloc}), "
                "which we do not follow; set the right address of the service"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def user_agent(contact: str = "") -> str:
    """Say who asks: this program, and whom its owner may write to."""
    return f"{USER_AGENT}; {contact}" if contact else USER_AGENT


def ask_json(url: str, *, timeout_s: float, headers: Mapping[str, str]) -> Any:
    """
    Ask a service one question.

    Parameters
    ----------
    url
        The question: an address that `checked_base_url` took, its path and query.
    timeout_s
        How long to wait for it to connect, and for each part of the answer.
    headers
        With `user_agent`.

    Returns
    -------
    The JSON of the answer.

    Raises
    ------
    ProviderError
        If it does not answer in time, refuses, asks us to slow down (429), sends us
        to another host, or answers anything but JSON.
    """
    headers = {**headers, "Accept": "application/json"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (checked)
    opener = urllib.request.build_opener(_SameHost)
    host = urlsplit(url).netloc
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


def not_understood(name: str) -> str:
    """Word that an answer is not one of an address service."""
    return f"the answer of {name} is not that of such a service; check kind and address"


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
