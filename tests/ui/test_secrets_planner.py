"""No page, log, audit line, job, error or list of processes shows the password."""

from __future__ import annotations

import ast
import datetime as dt
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from planner.core.settings import Settings
from planner.jobs import worker
from planner.services import workspace
from planner.store import open_store
from planner.store.rows import schema
from tests.stores import PostgresqlStores

ROOT = Path(__file__).resolve().parents[2]
SECRET = "S3cretPw"  # noqa: S105 - the test's own
PAGES = sorted(path.name for path in (ROOT / "planner/ui/pages").glob("[!_]*.py"))
RUN_S = 120


@pytest.fixture(scope="module")
def url(postgresql_url):
    """Make a store on PostgreSQL whose URL holds the password in three places."""
    stores = PostgresqlStores(postgresql_url)
    made = sa.make_url(stores.new())
    query = {**made.query, "sslpassword": SECRET}
    named = made.set(username="postgres", password=SECRET, query=query)
    text = named.render_as_string(hide_password=False)
    ws = workspace.open_workspace(Settings(store_url=text))
    workspace.create_company(ws, "Lakes", "own", "USD", dt.date(2026, 11, 20))
    ws.store.close()
    return text


def everything_shown(app):
    """Write out each element of a page as it was sent to the browser."""
    nodes = [node for block in (app.main, app.sidebar) for node in block]
    return "".join(str(getattr(node, "proto", "")) for node in nodes)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_it(url, page, monkeypatch, caplog, capfd):
    monkeypatch.setenv("PLANNER_STORE", url)
    monkeypatch.setattr("planner.ui.session.ensure_worker", lambda _url: 0)
    st.cache_resource.clear()
    caplog.set_level(logging.DEBUG)
    app = AppTest.from_file(str(ROOT / "pages.py"), default_timeout=RUN_S).run()
    app.switch_page(f"planner/ui/pages/{page}").run()
    shown = everything_shown(app)
    assert len(shown) > 300
    if page == "upkeep.py":
        assert f"/{sa.make_url(url).database}" in shown
    written = capfd.readouterr()
    for text in (shown, caplog.text, written.out, written.err):
        assert SECRET not in text


def test_nothing_that_is_kept_holds_it(url, tmp_path, monkeypatch):
    """The worker as the app starts it: list of processes, log, rows, files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    pid = worker.ensure_worker(url)
    try:
        seen = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "planner worker" in seen.stdout
        assert SECRET not in seen.stdout
    finally:
        worker.ask_worker_to_stop(url)
    store = open_store(url)
    with store.reading() as conn:
        rows = [
            str(row)
            for table in schema.metadata.sorted_tables
            for row in conn.execute(sa.select(table))
        ]
    assert (
        SECRET not in f"{rows} {store!r} {store.engine!r} {Settings(store_url=url)!r}"
    )
    store.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "planner.worker.log" for path in files)
    for path in files:
        assert SECRET not in path.read_text("utf-8", errors="replace")


WRONG = [
    "postgresql://bob:{}@127.0.0.1:1/db",
    "postgresql://bob@127.0.0.1:1/db?password={}",
    "postgresql://bob@127.0.0.1:1/db?sslpassword={}",
    "postgresql://bob:{}@127.0.0.1:port/db",
    "postgresql://bob:{}@/",
    "postgresql://bob@127.0.0.1:1/db?{}=1",
    "postgresql+psycopg2://bob:{}@127.0.0.1/db",
    "mysql://bob:{}@127.0.0.1/db",
    "sqlite://bob:{}@/x.sqlite",
    "sqlite:///x.sqlite?password={}",
    "{}",
]


@pytest.mark.parametrize("form", WRONG)
def test_no_message_of_the_command_line_holds_it(form, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "planner", "doctor", "--json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PLANNER_STORE": form.format(SECRET),
        },
    )
    assert done.returncode == 2
    assert done.stderr.startswith("planner doctor: ")
    assert SECRET not in done.stdout + done.stderr


def urls_read(path):
    """Find where a module reads the URL of a store, which may hold a password."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in {"url", "store_url"}:
            yield ast.unparse(node)


def test_the_screens_hand_the_url_on_and_read_it_nowhere_else():
    """Who shows where a store is takes its label; `session` opens and starts by URL."""
    found = {
        (path.name, read)
        for path in (ROOT / "planner/ui").rglob("*.py")
        for read in urls_read(path)
        if read.endswith(("store.url", "store_url"))
    }
    assert found == {
        ("session.py", "settings.store_url"),
        ("session.py", "ws.store.url"),
    }
