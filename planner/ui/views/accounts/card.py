"""Everything about one account: facts, deals, visits, owners, own fields."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from planner.core.formats import Formats
from planner.core.text import map_text
from planner.services.territories import accounts
from planner.services.territories.accounts import AccountFacts
from planner.services.workspace import OpenCompany
from planner.ui import tables
from planner.ui.maps.accounts import PLACED_BY
from planner.ui.maps.text import markdown_text
from planner.ui.simulated import signed


def table_turn() -> int:
    """Count how often the table's choice was cleared; part of its key."""
    return int(st.session_state.get("acc-table-turn", 0))


def account_card(ws: OpenCompany, fmt: Formats, row: pd.Series) -> None:
    """Show everything about one account."""
    facts = accounts.account_facts(ws, str(row.name), row)
    with st.container(border=True, key="acc-facts"):
        head, close = st.columns([6, 1], vertical_alignment="center")
        head.subheader(markdown_text(row["name"]))
        if close.button("Close", key="acc-close"):
            st.session_state.pop("acc-chosen", None)
            st.session_state["acc-table-turn"] = table_turn() + 1
            st.rerun()
        st.html(_fact_list(row, fmt))
        _histories(fmt, facts)


def _fact_list(row: pd.Series, fmt: Formats) -> str:
    place = [row["street"], row["city"], row["region"], row["postcode"]]
    hours = f"{fmt.clock(row['opens_s'])}–{fmt.clock(row['closes_s'])}"
    days = "" if pd.isna(row["open_days"]) else str(row["open_days"]).replace(";", " ")
    facts = {
        "Id": row.name,
        "Address": ", ".join(str(part) for part in place if not pd.isna(part)),
        "Placed by": PLACED_BY.get(str(row["geo_precision"]), "–"),
        _own(row, "Status", "status"): row["status"],
        signed("Segment", "segment"): f"{row['segment']} (rule: {row['rule']})",
        signed("Visit class", "visit_class"): row["visit_class"],
        signed("Owner", "owners"): _dash(row["owner_name"]),
        "Territory": _dash(row["territory_id"]),
        "Industry": _dash(row["industry"]),
        _own(row, "Employees", "employees"): fmt.number(row["employees"]),
        _own(row, "Annual revenue", "annual_revenue_minor"): fmt.money_short(
            row["annual_revenue_minor"]
        ),
        _own(row, "Our sales", "our_sales_minor"): fmt.money(row["our_sales_minor"]),
        _own(row, "Potential", "potential_minor"): fmt.money(row["potential_minor"]),
        signed("Open pipeline", "deals"): fmt.money(row["open_pipeline_minor"]),
        _own(row, "Rating", "rating"): _dash(row["rating"]),
        signed("Score", "score"): fmt.number(row["score"]),
        _own(row, "Last visit", "last_visit_on"): fmt.day(row["last_visit_on"]),
        _own(row, "Open", "open_days", "opens_s", "closes_s"): f"{days} {hours}"
        if days
        else "–",
        signed("Work", "workload"): f"{fmt.duration(row['workload_min'])} a year",
        "Simulated": _dash(row["simulated"]).replace(";", ", ").replace("_minor", ""),
    }
    cells = "".join(
        f'<div><dt style="font-size:13px;opacity:.72">{map_text(name)}</dt>'
        f'<dd style="margin:0;overflow-wrap:anywhere">{map_text(value, 240)}</dd></div>'
        for name, value in facts.items()
    )
    return (
        '<dl style="display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,'
        f'1fr));gap:12px 24px;margin:0">{cells}</dl>'
    )


def _own(row: pd.Series, label: str, *columns: str) -> str:
    """Put the mark before a fact that is simulated of this very account."""
    invented = set(_dash(row["simulated"]).split(";"))
    return signed(label, *(name for name in columns if name in invented))


def _dash(value: object) -> str:
    return "–" if value is None or pd.isna(value) or value == "" else str(value)


def _histories(fmt: Formats, facts: AccountFacts) -> None:
    """Deals, visits, owners and custom fields of the account."""
    labels = [
        signed(f"Deals {len(facts.deals)}", "deals"),
        f"Visits {len(facts.visits_made)}",
        f"Owners {len(facts.ownership)}",
        f"Own fields {len(facts.custom)}",
    ]
    deals, visits, owners, custom = st.tabs(labels)
    with deals:
        _history(
            fmt,
            facts.deals,
            {
                "close_on": tables.Column("Close", "day", of=("deals",)),
                "product": tables.Column("Product", of=("deals",)),
                "kind": tables.Column("Kind", of=("deals",)),
                "stage": tables.Column("Stage", of=("deals",)),
                "amount_minor": tables.Column("Amount", "money", of=("deals",)),
            },
            "deals",
        )
    with visits:
        _history(
            fmt,
            facts.visits_made,
            {
                "visited_on": tables.Column("Day", "day"),
                "rep_name": tables.Column("Rep"),
                "minutes": tables.Column("Minutes", "number"),
                "outcome": tables.Column("Outcome"),
            },
            "visits",
        )
    with owners:
        _history(
            fmt,
            facts.ownership,
            {
                "position_id": tables.Column("Position"),
                "owner_name": tables.Column("Held today by"),
                "role": tables.Column("Role"),
                "share": tables.Column("Share", "share"),
                "valid_from": tables.Column("From", "day"),
                "valid_to": tables.Column("Until", "day"),
            },
            "owners",
        )
    with custom:
        own = pd.DataFrame(
            {"field": list(facts.custom), "value": list(facts.custom.values())}
        )
        _history(
            fmt,
            own,
            {"field": tables.Column("Field"), "value": tables.Column("Value")},
            "custom",
        )


def _history(
    fmt: Formats, frame: pd.DataFrame, columns: dict[str, tables.Column], name: str
) -> None:
    if frame.empty:
        st.caption("None.")
        return
    tables.table(frame, columns, fmt=fmt, key=f"acc-{name}", height=220, label=name)
