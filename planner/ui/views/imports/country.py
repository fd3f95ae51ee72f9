"""Which country a list is from: asked once, where the list itself does not decide."""

from __future__ import annotations

import streamlit as st

from planner.accounts.findings import ImportReport
from planner.services.regional import country_names
from planner.ui.faults import guarded


def chosen_country(file_id: str) -> str | None:
    """Give the country of a file as it was chosen; None: found out row by row."""
    return str(st.session_state.get(_field(file_id)) or "") or None


def ask_country(reports: list[ImportReport], file_id: str) -> None:
    """
    Ask which country the list is from, where a check could not tell.

    Parameters
    ----------
    reports
        Of the files in hand.
    file_id
        Keys the field; the answer is the one of the field “Country of the list”.
    """
    key = f"imp-{file_id}-country-asked"
    open_questions = [
        value
        for report in reports
        for value in report.findings.loc[
            report.findings["code"] == "country_unknown", "value"
        ]
    ]
    if not open_questions and key not in st.session_state:
        return
    names = country_names()
    likely = [code for text in open_questions for code in str(text).split(",")]
    likely = [code for code in dict.fromkeys(likely) if code in names]
    options = ["", *likely, *(code for code in names if code not in likely)]
    st.session_state[key] = chosen_country(file_id) or ""
    with st.container(border=True, key="imp-country"):
        st.selectbox(
            "Which country is this list from?",
            options,
            format_func=lambda code: names.get(code, "not said yet"),
            key=key,
            width=280,
            on_change=guarded(_answer, "Taking the country", file_id),
        )
        if open_questions:
            hint = ", ".join(names[code] for code in likely)
            st.caption(
                "Some rows name no country and have no coordinates; until it is said "
                f"they wait for a place.{f' It may be {hint}.' if hint else ''}"
            )


def _field(file_id: str) -> str:
    return f"imp-{file_id}-country"


def _answer(file_id: str) -> None:
    st.session_state[_field(file_id)] = st.session_state[f"imp-{file_id}-country-asked"]
