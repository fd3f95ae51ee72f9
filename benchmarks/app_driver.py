"""
A planner at the workbench, played with a real mouse in headless Chromium.

Everything that knows how the page looks stands at the top; the rest measures. What
is timed is what a person sees: from the release of the button to the last change of
the map's canvas and of the balance table beside it.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.core.settings import ROOT
from planner.jobs.worker import ask_worker_to_stop

# --- how the page looks --------------------------------------------------------------
PAGE = "Territories"
CANVAS = ".pm-map canvas"
TABLE = ".st-key-terr-balance-table"
TOOLS = {"lasso": "freehand", "paint": "brush"}  # words of the buttons' labels
TARGET = ".st-key-terr-target input[role=combobox]"
APPLY = "Assign"
UNDO = "Undo"
ACCOUNTS_LAYER = ".st-key-terr-layers button:has-text('Accounts')"
PICK_ACCOUNTS = ".st-key-terr-pick >> text=Accounts"
# -------------------------------------------------------------------------------------

READY_S = 180.0
SETTLED_MS = 120_000
QUIET_MS = 400  # without a change: then the last one was the last
COLOURED_SHARE = 0.04  # of the canvas, for its map to count as drawn

PROBE = Path(__file__).with_name("app_probe.js").read_text().replace("%(table)s", TABLE)


LAST = "Math.max(probe.paint, probe.table, probe.change)"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """
    What one gesture took.

    Parameters
    ----------
    kind
        Which gesture.
    elapsed_s
        From the release of the button to the last change of map and balance table.
    settled_s
        To the last change of anything on the page, such as the list of changes below.
    received_mb
        Over the websocket, by then.
    """

    kind: str
    elapsed_s: float
    settled_s: float
    received_mb: float


@contextmanager
def running_app(folder: Path, store_url: str) -> Iterator[tuple[str, int]]:
    """Start ``streamlit run app.py`` on a store; give its address and process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(
            command + options,
            cwd=ROOT,
            env={**os.environ, "PLANNER_STORE": store_url},
            stdout=log,
            stderr=log,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/_stcore/health", process)
            yield url, process.pid
        finally:
            ask_worker_to_stop(store_url)
            process.terminate()
            process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the app did not start; see app.log beside its store")
        time.sleep(0.2)


def cpu_s(pid: int) -> float:
    """Read the processor time a process has used, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """Start the system's Chromium without a window."""
    from playwright.async_api import async_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
            ],
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(kw_only=True)
class Planner:
    """
    One person with one window.

    Parameters
    ----------
    page
        Playwright's.
    received
        Bytes of each websocket message so far.
    sent
        What went the other way.
    """

    page: Any
    received: list[int] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)

    @classmethod
    async def sit_down(cls, browser: Any) -> Planner:
        """Open a window of one's own, with the probe in it."""
        context = await browser.new_context(viewport={"width": 1400, "height": 1000})
        await context.add_init_script(PROBE)
        page = await context.new_page()
        planner = cls(page=page)
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", planner._note)
        session.on("Network.webSocketFrameSent", planner._note_sent)
        return planner

    def _note(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        is_binary = frame["opcode"] == 2
        text = frame["payloadData"]
        self.received.append(len(base64.b64decode(text)) if is_binary else len(text))

    def _note_sent(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        if frame["opcode"] == 2:
            self.sent.append(base64.b64decode(frame["payloadData"]))

    async def look_at_home(self, url: str) -> None:
        """Open the app and wait for its first page."""
        await self.page.goto(url)
        await self.page.wait_for_selector("h1", timeout=SETTLED_MS)
        await self.quiet()

    async def open_scenario(self, url: str, scenario_id: str) -> None:
        """Open the workbench on one scenario, by its address."""
        await self.page.goto(f"{url}/{PAGE.lower()}?scenario={scenario_id}")
        await self.page.locator(CANVAS).first.wait_for(timeout=SETTLED_MS)
        await self.quiet()

    async def open_map(self) -> Seen:
        """Go to the workbench; seen when the map stands there in its colours."""
        link = self.page.get_by_test_id("stSidebarNavLink").filter(has_text=PAGE)
        n_before = len(self.received)
        await link.first.click()
        canvas = self.page.locator(CANVAS).first
        await canvas.wait_for(timeout=SETTLED_MS)
        start_ms = await self.page.evaluate("probe.start")
        shown_ms = 0.0
        while shown_ms == 0.0:
            share = await canvas.evaluate("canvas => probe.colouredShare(canvas)")
            if share >= COLOURED_SHARE:
                shown_ms = await self.page.evaluate("probe.paint")
            await self.page.wait_for_timeout(20)
        await self.quiet()
        return Seen(
            kind="first picture",
            elapsed_s=(shown_ms - start_ms) / 1000,
            settled_s=(await self.page.evaluate(LAST) - start_ms) / 1000,
            received_mb=sum(self.received[n_before:]) / 1e6,
        )

    async def show_accounts(self) -> Seen:
        """Lay the accounts over the map."""
        return await self.timed(
            "accounts shown", self.page.locator(ACCOUNTS_LAYER).first.click
        )

    async def pick_accounts(self) -> None:
        """Let shapes choose accounts instead of whole units."""
        await self.page.locator(PICK_ACCOUNTS).first.click()
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing runs and nothing changes any more."""
        await self.page.wait_for_function(
            f"probe.isQuiet({QUIET_MS})", timeout=SETTLED_MS, polling=50
        )

    # --- gestures --------------------------------------------------------------------

    async def take(self, tool: str) -> None:
        """Take a tool in hand, if it is not yet."""
        button = self.page.locator(f".pm-tool[aria-label*='{TOOLS[tool]}']").first
        if await button.get_attribute("aria-pressed") != "true":
            await button.click()

    async def draw(self, tool: str, path: list[tuple[float, float]]) -> Seen:
        """Draw on the map; the path is in shares of its width and height."""
        await self.take(tool)
        box = await self.page.locator(".pm-map").first.bounding_box()
        places = [
            (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path
        ]
        mouse = self.page.mouse
        await mouse.move(*places[0])
        await mouse.down()
        for place in places[1:]:
            await mouse.move(*place, steps=4)
        return await self.timed(tool, mouse.up)

    async def choose_target(self, number: int) -> Seen | None:
        """Choose the territory to assign to, by its place in the list; not timed."""
        await self.page.locator(TARGET).first.click()
        await self.page.get_by_role("option").nth(number).click()
        await self.quiet()
        return None

    async def assign(self) -> Seen | None:
        """Give what is chosen to the territory; None where nothing is."""
        button = self.page.get_by_role("button", name=APPLY, exact=True).first
        if await button.is_disabled():
            return None
        return await self.timed("assign", button.click)

    async def undo(self) -> Seen | None:
        """Take the last step back; None where the page has no such button."""
        button = self.page.get_by_role("button", name=UNDO, exact=True).first
        if not await button.count() or await button.is_disabled():
            return None
        return await self.timed("undo", button.click)

    async def timed(self, kind: str, release: Any) -> Seen:
        """Do the last act of a gesture and wait for what comes of it."""
        await self.quiet()
        n_before = len(self.received)
        await self.page.evaluate(
            "probe.paint = probe.table = probe.change = probe.start = 0"
        )
        await release()
        await self.page.wait_for_function(
            f"probe.paint > probe.start && probe.isQuiet({QUIET_MS})",
            timeout=SETTLED_MS,
            polling=50,
        )
        start_ms = await self.page.evaluate("probe.start")
        shown_ms = await self.page.evaluate("Math.max(probe.paint, probe.table)")
        return Seen(
            kind=kind,
            elapsed_s=(shown_ms - start_ms) / 1000,
            settled_s=(await self.page.evaluate(LAST) - start_ms) / 1000,
            received_mb=sum(self.received[n_before:]) / 1e6,
        )
