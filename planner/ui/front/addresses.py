"""The names this app is served under, and who an address in a header stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from planner.core.errors import ParamsError

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?"
_AUTHORITY = re.compile(rf"(?P<host>{_NAME}|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{{1,5}}))?")


@dataclass(frozen=True, slots=True)
class Authority:
    """
    A host and its port, as a URL and the ``Host`` header name them.

    Parameters
    ----------
    host
        In lower case, IPv6 without brackets and in its shortest form.
    port
        None: the default of the scheme.
    """

    host: str
    port: int | None = None


def parse_authority(text: str) -> Authority | None:
    """Read a ``Host`` header or a setting; None: it is no host with or without port."""
    match = _AUTHORITY.fullmatch(text.lower())
    if match is None:
        return None
    host, port = match["host"].removesuffix("."), match["port"]
    if host.startswith("["):
        try:
            host = IPv6Address(host[1:-1]).compressed
        except AddressValueError:
            return None
    return Authority(host, int(port) if port else None)


def parse_origin(text: str) -> tuple[str, Authority] | None:
    """Read an ``Origin`` header as scheme and authority; None: it is of no web page."""
    scheme, _, rest = text.partition("://")
    authority = parse_authority(rest)
    if scheme not in DEFAULT_PORTS or authority is None:
        return None
    return scheme, authority


def served_names(setting: str) -> frozenset[Authority]:
    """
    List the names to which the app answers besides those of this machine.

    Parameters
    ----------
    setting
        Names separated by commas, such as ``planner.example.com``. With a port it is
        the one browsers use, where a proxy in front leaves it out of ``Host``.

    Raises
    ------
    ParamsError
        If an entry is no name.
    """
    entries = [entry.strip() for entry in setting.split(",") if entry.strip()]
    return frozenset(_served_name(entry) for entry in entries)


def _served_name(entry: str) -> Authority:
    authority = parse_authority(entry)
    if authority is None:
        raise ParamsError(
            f"PLANNER_HOSTS names {entry!r}, which is no host: write names as browsers "
            "show them, without http:// and separated by commas, such as "
            "planner.example.com,planner.example.com:8443"
        )
    return authority


def is_same_origin(
    origin: str, host: Authority, names: Iterable[Authority] = ()
) -> bool:
    """
    Tell whether a page's origin is the host it asks.

    Parameters
    ----------
    origin
        The header as it came; ``null`` and what is no web page is nobody's.
    host
        Of the same request.
    names
        Names of the setting; a port in one is also this host's.
    """
    parsed = parse_origin(origin)
    if parsed is None or parsed[1].host != host.host:
        return False
    default = DEFAULT_PORTS[parsed[0]]
    own = {host.port or default} | {
        name.port for name in names if name.host == host.host
    }
    return (parsed[1].port or default) in own
