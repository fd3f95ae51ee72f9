"""The ASGI layer in front of Streamlit: foreign requests are refused, headers added."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from planner.ui.front.addresses import (
    THIS_MACHINE,
    Authority,
    is_same_origin,
    parse_authority,
)

log = logging.getLogger("planner.front")

CLOSED = ("/_stcore/metrics",)  # says what is cached, to anybody
READING = ("GET", "HEAD")
LONGEST_SHOWN = 100
MOST_MESSAGE_BYTES = 8_000_000  # of what a page sends at once; files come another way
TOO_BIG = 1009  # WebSocket close code


class FrontDoor:
    """
    Let in what this app's own pages ask, and tell browsers what they may do with it.

    Parameters
    ----------
    app
        What is behind the door.
    served
        Names the app answers to besides those of this machine, see `served_names`.
    headers
        Set on every answer, see `security_headers`.

    Notes
    -----
    A page of another site cannot read or drive the app (its ``Origin`` is not the
    ``Host``), also not by pointing its own name at this machine (``Host`` is no name of
    ours: DNS rebinding). What is no browser may leave out ``Origin``: it could write
    whatever it likes. Streamlit gets no ``Origin``: one it does not know makes it ask
    the internet for the address of this machine.
    """

    def __init__(
        self, app: ASGIApp, hosts: Iterable[Authority], headers: Mapping[str, str]
    ) -> None:
        self.app = app
        self.served = frozenset(hosts)
        self.hosts = {*THIS_MACHINE, *(name.host for name in self.served)}
        self.headers = dict(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge a request, then hand it on or refuse it."""
        if scope["type"] == "http":
            await self._answer(scope, receive, self._with_headers(scope, send))
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is not None:
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        elif scope["path"].endswith(CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
        else:
            await self.app(_without_origin(scope), receive, send)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refusal(scope) is not None:
            await send({"type": "websocket.close", "code": 1008})  # answered by 403
        else:
            await self.app(_of_this_machine(scope), _bounded(receive, send), send)

    def _refusal(self, scope: Scope) -> str | None:
        """Say why a request is not let in; None: it is."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = parse_authority(hosts[0]) if len(hosts) == 1 else None
        if host is None or host.host not in self.hosts:
            return _logged(
                f"This planner does not answer to the host {_shown(hosts)}. If it is "
                "served under that name, start it with the name in PLANNER_HOSTS."
            )
        if origins and not (
            len(origins) == 1 and is_same_origin(origins[0], host, self.served)
        ):
            return _logged(
                f"This planner, asked for as {_shown(hosts)}, takes nothing from pages "
                f"of {_shown(origins)}. A proxy in front must hand on the Host header."
            )
        if not origins and scope["type"] == "http" and _is_foreign(scope, headers):
            return _logged("This planner takes nothing from pages of other sites.")
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        headers = dict(self.headers)
        if "/component/" in scope["path"]:  # a library's own page, framed by ours
            headers["content-security-policy"] = "frame-ancestors 'self'"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        return sending


def _is_foreign(scope: Scope, headers: Headers) -> bool:
    """Tell by what browsers say of themselves; a link that is followed is none."""
    is_link = scope["method"] in READING and headers.get("sec-fetch-mode") == "navigate"
    site = headers.get("sec-fetch-site", "none")
    return site not in ("same-origin", "none") and not is_link


def _without_origin(scope: Scope) -> Scope:
    headers = [pair for pair in scope["headers"] if pair[0] != b"origin"]
    return {**scope, "headers": headers}


def _of_this_machine(scope: Scope) -> Scope:
    """Name the host as `.streamlit/config.toml` does; it has been judged by then."""
    headers = [
        (name, b"localhost" if name == b"host" else value)
        for name, value in _without_origin(scope)["headers"]
    ]
    return {**scope, "headers": headers}


def _bounded(receive: Receive, send: Send) -> Receive:
    """Hang up on a message too big to be one of ours, before anybody reads it."""

    async def receiving() -> Message:
        message = await receive()
        n_bytes = len(message.get("bytes") or b"") + len(message.get("text") or "")
        if n_bytes <= MOST_MESSAGE_BYTES:
            return message
        log.warning("a message of %d bytes was not read", n_bytes)
        await send({"type": "websocket.close", "code": TOO_BIG})
        return {"type": "websocket.disconnect", "code": TOO_BIG}

    return receiving


def _shown(values: list[str]) -> str:
    """Quote what came from outside, in one short line."""
    return repr(", ".join(values) or "(none)")[:LONGEST_SHOWN]


def _logged(refusal: str) -> str:
    log.warning(refusal)
    return refusal
