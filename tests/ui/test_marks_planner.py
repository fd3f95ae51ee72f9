"""Every figure that is simulated carries the sign, on all pages; no other does."""

import json
import re

import pytest
import sqlalchemy as sa
import streamlit as st

from planner.core.run import RunControl
from planner.services.pay import runs
from planner.store.company.settings import mark_simulated
from planner.store.rows import schema
from tests.ui.conftest import ROOT

MARK = "◇"
PAGES = (
    "home",
    "accounts",
    "segments",
    "territories",
    "quotas",
    "scenarios",
    "my_day",
    "my_pay",
    "company",
    "pay_runs",
    "health",
)
SIMULATED = (
    "status;employees;annual_revenue_minor;our_sales_minor;potential_minor;rating;"
    "last_visit_on;open_days;opens_s;closes_s"
)
# Words for figures that are simulated or made of such, where they head something.
FIGURES = re.compile(
    r"potential|our sales|revenue|quota|\bpay\b|paid|credit|bookings|pipeline|attain"
    r"|last visit|segment|\bowner\b|held by|workload|\bhours\b|win rate|driving|score"
    r"|customers|stretch|measure before|measure after|vacant|\breps?\b|with customers"
    r"|overdue|never visited|load\b|needed|available|portion|territories$|days since",
    re.IGNORECASE,
)
# What holds such a word and is the user's own, or no figure: the rules of segments, the
# number of territories.
OTHERS = {"Segment", "Territories", "Owner changes"}
# The tooltips of maps, as the browser is sent them.
TIPS = {"accounts": "Potential", "territories": "Our sales"}


def titles_of(app):
    """List whatever heads a figure: tiles, columns, charts, headings, map legends."""
    titles = []
    for block in app.get("html"):
        body = str(block.proto.body)
        titles += re.findall(r'pl-metric-label">([^<]*)<', body)
        titles += re.findall(r'<th scope="row">([^<]*)</th><td>', body)
    for frame in app.dataframe:
        columns = json.loads(frame.proto.columns or "{}").values()
        titles += [column["label"] for column in columns if column.get("label")]
    for chart in app.get("vega_lite_chart"):
        titles += chart_titles(json.loads(chart.proto.spec))
    for component in app.get("bidi_component"):
        sent = json.loads(component.proto.json or "{}")
        titles += map_titles(sent)
    titles += [element.value for element in app.subheader]
    return [title for title in titles if title]


def chart_titles(spec):
    """List the titles of axes and lines of tooltips in a chart."""
    if isinstance(spec, list):
        return [title for part in spec for title in chart_titles(part)]
    if not isinstance(spec, dict):
        return []
    own = [spec["title"]] if isinstance(spec.get("title"), str) else []
    return own + [
        title
        for name, part in spec.items()
        if name not in {"title", "data", "datasets"}
        for title in chart_titles(part)
    ]


def map_titles(sent):
    """List what a map or table of ours heads figures with."""
    if not isinstance(sent, dict):
        return []
    heads = [sent.get("legendTitle") or ""]
    columns = sent.get("columns") or []
    return heads + [column["group"] for column in columns if column.get("group")]


@pytest.fixture
def own(ws, planned):  # noqa: ARG001 - visits are planned
    """Take the sample for a list of one's own, with a trial of pay; mark nothing."""
    runs.run_period(ws, {"period": runs.latest_period(ws)}, RunControl())
    with ws.store.transaction() as conn:
        conn.execute(sa.update(schema.company).values(kind="own"))
        conn.execute(sa.update(schema.account).values(simulated=None))
    return ws


def mark_all(ws):
    with ws.store.transaction() as conn:
        conn.execute(sa.update(schema.account).values(simulated=SIMULATED))
        mark_simulated(conn, ws.company_id, "team", "deals")


def opened(app, page):
    app.switch_page(str(ROOT / f"planner/ui/pages/{page}.py")).run()
    assert not app.exception
    return app


def tips_of(app):
    """Give the blocks of a map: names and facts of its points and units."""
    stores = [element.proto for element in app.get("bidi_component")]
    return b"".join(
        proto.bytes for proto in stores if proto.component_name == "planmap_store"
    )


@pytest.mark.parametrize("page", PAGES)
def test_what_is_simulated_carries_the_sign_and_what_is_not_does_not(own, app, page):
    honest = titles_of(opened(app, page))
    assert not [title for title in honest if MARK in title]
    assert MARK.encode() not in tips_of(app)
    assert MARK not in " ".join(caption.value for caption in app.caption)
    mark_all(own)
    st.cache_resource.clear()  # written past the services: no version tells it
    marked = titles_of(opened(app, page))
    assert [title.replace(f"{MARK} ", "") for title in marked] == honest
    bare = {t for t in marked if FIGURES.search(t) and MARK not in t}
    assert bare <= OTHERS
    if page in TIPS:
        assert f"{MARK} {TIPS[page]}".encode() in tips_of(app)


def test_home_signs_what_it_counts(own, app):
    mark_all(own)
    st.cache_resource.clear()
    text = " ".join(caption.value for caption in opened(app, "home").caption)
    assert re.search(rf"{MARK} [\d,]+ customers", text)
    assert re.search(rf"{MARK} \d+ segments", text)
    assert f"territories, {MARK} potential" in text


def test_a_sign_stands_only_over_what_is_made_of_it(own, app):
    """Of a list whose potential alone is simulated, sales and owners are its own."""
    with own.store.transaction() as conn:
        conn.execute(sa.update(schema.account).values(simulated="potential_minor"))
    st.cache_resource.clear()
    titles = titles_of(opened(app, "accounts"))
    assert {title for title in titles if MARK in title} == {
        f"{MARK} Potential, $",
        f"{MARK} Score",
    }
