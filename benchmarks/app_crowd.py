"""
Many planners at once without many browsers.

Ten browsers on the machine that serves them measure themselves. So one planner with a
real browser is recorded, message by message; the others are echoes that send the same
again, each in a session and on a scenario of its own, at a pace of their own, and read
whatever the server answers. What a person sees is measured in the real browser.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Subprotocol

POLL_S = 3.0  # an open page asks for news of others as often
LONGEST_S = 120.0  # for one answer
FINISHED = {
    ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,
    ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
}


@dataclass(frozen=True, kw_only=True)
class Turn:
    """
    What one gesture sent.

    Parameters
    ----------
    messages
        As they went over the websocket, polls left out.
    """

    messages: tuple[bytes, ...]


def poll_of(sent: Sequence[bytes]) -> bytes | None:
    """Find how the page asks for news by itself."""
    return next((m for m in sent if _is_rerun(m) and _is_poll(m)), None)


def turn_of(sent: Sequence[bytes]) -> Turn:
    """Keep what the user did; a page also asks for news by itself."""
    kept = [m for m in sent if _is_rerun(m) and not _is_poll(m)]
    return Turn(messages=tuple(kept))


def _is_rerun(message: bytes) -> bool:
    return BackMsg.FromString(message).WhichOneof("type") == "rerun_script"


def _is_poll(message: bytes) -> bool:
    return BackMsg.FromString(message).rerun_script.is_auto_rerun


@dataclass(kw_only=True)
class Echo:
    """
    A planner without a browser.

    Parameters
    ----------
    url
        Of the app.
    scenario_id, name
        What is worked on instead of the scenario that was recorded.
    recorded_id, recorded_name
        The scenario that was recorded.
    answered_s
        How long each gesture took until the page had run to its end.
    received
        Bytes of each gesture's answer.
    """

    url: str
    scenario_id: str
    name: str
    recorded_id: str
    recorded_name: str
    answered_s: list[float] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    async def work(
        self,
        opening: Turn,
        turns: Sequence[Turn],
        poll: bytes | None,
        rng: random.Random,
        think_s: tuple[float, float],
        ready: asyncio.Barrier,
    ) -> None:
        """Open the page, wait for all others, then do the turns."""
        address = self.url.replace("http", "ws") + "/_stcore/stream"
        async with websockets.connect(
            address, subprotocols=[Subprotocol("streamlit")], max_size=None
        ) as line:
            self._line, self._n_bytes = line, 0
            self._finished = asyncio.Event()
            reading = asyncio.create_task(self._read())
            for message in opening.messages:
                await self._ask(message)
            polling = asyncio.create_task(self._poll(poll))
            await ready.wait()
            try:
                for turn in turns:
                    await asyncio.sleep(rng.uniform(*think_s))
                    await self._do(turn)
            finally:
                polling.cancel()
                reading.cancel()

    async def _do(self, turn: Turn) -> None:
        started, n_before = time.perf_counter(), self._n_bytes
        for message in turn.messages:
            await self._ask(message)
        self.answered_s.append(time.perf_counter() - started)
        self.received.append(self._n_bytes - n_before)

    async def _ask(self, message: bytes) -> None:
        self._finished.clear()
        self._last = self._own(message)
        await self._line.send(self._last.SerializeToString())
        await asyncio.wait_for(self._finished.wait(), LONGEST_S)

    async def _poll(self, message: bytes | None) -> None:
        while message is not None:
            await asyncio.sleep(POLL_S)
            poll = self._own(message)
            del poll.rerun_script.widget_states.widgets[:]
            poll.rerun_script.widget_states.widgets.extend(
                state
                for state in self._last.rerun_script.widget_states.widgets
                if "trigger" not in str(state.WhichOneof("value"))
            )
            await self._line.send(poll.SerializeToString())

    async def _read(self) -> None:
        async for data in self._line:
            self._n_bytes += len(data)
            answer = ForwardMsg.FromString(data)
            is_end = answer.WhichOneof("type") == "script_finished"
            if is_end and answer.script_finished in FINISHED:
                self._finished.set()

    def _own(self, message: bytes) -> BackMsg:
        """Turn what was recorded into the same on one's own scenario."""
        told = BackMsg.FromString(message)
        asked = told.rerun_script
        asked.query_string = asked.query_string.replace(
            self.recorded_id, self.scenario_id
        )
        for state in asked.widget_states.widgets:
            if state.string_value == self.recorded_name:
                state.string_value = self.name
        return told
