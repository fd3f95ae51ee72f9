"""The files in hand: kept while other pages are looked at, with what was chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from planner.ui.faults import guarded
from planner.ui.maps.text import markdown_text

TYPES = [
    "csv",
    "tsv",
    "txt",
    "xlsx",
    "parquet",
    "geojson",
    "json",
    "gpkg",
    "kml",
    "kmz",
    "zip",
]
MOST_MB = 200
_UPLOAD = "import_upload"
_ANSWERS = "import_answers"
_TURN = "import_turn"
_PLAIN = (str, bool, int, float, dt.date, type(None), list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """
    A file as it was dropped.

    Parameters
    ----------
    name
        Of the file.
    content
        Its bytes.
    file_id
        Another for each file dropped; keys of widgets begin with it.
    """

    name: str
    content: bytes
    file_id: str


def in_hand() -> tuple[Upload, ...]:
    """Return the files in hand of this session, on whatever page they were dropped."""
    uploads = st.session_state.get(_UPLOAD)
    return uploads if isinstance(uploads, tuple) else ()


def drop_zone(label: str, key: str) -> tuple[Upload, ...]:
    """
    Ask for files; those that are dropped become the files in hand.

    Parameters
    ----------
    label
        Of the field.
    key
        Of the field, unique in the app.
    """
    # A file that was let go must not come back: each turn has a field of its own.
    turn = int(st.session_state.get(_TURN, 0))
    files = st.file_uploader(
        label,
        type=TYPES,
        key=f"{key}-{turn}",
        max_upload_size=MOST_MB,
        accept_multiple_files=True,
    )
    if not files:
        return ()
    uploads = tuple(
        Upload(name=file.name, content=file.getvalue(), file_id=str(file.file_id))
        for file in files
    )
    st.session_state[_UPLOAD] = uploads
    st.session_state[_TURN] = turn + 1
    return uploads


def let_go() -> None:
    """Put the files in hand away, with what was chosen for them."""
    for key in (_UPLOAD, _ANSWERS):
        st.session_state.pop(key, None)


def show(uploads: tuple[Upload, ...]) -> None:
    """Name the files in hand, and offer to take others."""
    names = ", ".join(
        f"**{markdown_text(one.name, 120)}** :gray[{len(one.content) / 1e6:,.1f} MB]"
        for one in uploads
    )
    with st.container(horizontal=True, vertical_alignment="center", key="imp-in-hand"):
        st.markdown(names, width="content")
        st.button(
            "Other files" if len(uploads) > 1 else "Another file",
            key="imp-another",
            on_click=guarded(let_go, "Putting the file away"),
        )


@contextmanager
def remembered(uploads: tuple[Upload, ...]) -> Iterator[None]:
    """
    Keep what is chosen inside, also while another page is open.

    Notes
    -----
    Streamlit forgets the fields of a page that is left: those of the files in hand are
    written down at the end of each run and filled in again before they are drawn.
    """
    answers: dict[str, object] = st.session_state.setdefault(_ANSWERS, {})
    for key, value in answers.items():
        if key not in st.session_state:
            st.session_state[key] = value
    try:
        yield
    finally:
        prefixes = tuple(f"imp-{one.file_id}" for one in uploads)
        answers.update(
            {
                str(key): value
                for key, value in st.session_state.items()
                if str(key).startswith(prefixes) and isinstance(value, _PLAIN)
            }
        )
