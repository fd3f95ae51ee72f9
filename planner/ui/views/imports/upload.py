"""The file in hand: kept while other pages are looked at, with all that was chosen."""

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


def current() -> Upload | None:
    """Return the file in hand of this session, on whatever page it was dropped."""
    upload = st.session_state.get(_UPLOAD)
    return upload if isinstance(upload, Upload) else None


def drop_zone(label: str, key: str) -> Upload | None:
    """
    Ask for a file; one that is dropped becomes the file in hand.

    Parameters
    ----------
    label
        Of the field.
    key
        Of the field, unique in the app.
    """
    # A file that was let go must not come back: each turn has a field of its own.
    turn = int(st.session_state.get(_TURN, 0))
    file = st.file_uploader(
        label, type=TYPES, key=f"{key}-{turn}", max_upload_size=MOST_MB
    )
    if file is None:
        return None
    upload = Upload(name=file.name, content=file.getvalue(), file_id=str(file.file_id))
    st.session_state[_UPLOAD] = upload
    st.session_state[_TURN] = turn + 1
    return upload


def let_go() -> None:
    """Put the file in hand away, with what was chosen for it."""
    for key in (_UPLOAD, _ANSWERS):
        st.session_state.pop(key, None)


def show(upload: Upload) -> None:
    """Name the file in hand, and offer to take another."""
    size = len(upload.content) / 1e6
    with st.container(horizontal=True, vertical_alignment="center", key="imp-in-hand"):
        st.markdown(
            f"**{markdown_text(upload.name, 120)}** :gray[· {size:,.1f} MB]",
            width="content",
        )
        st.button(
            "Another file",
            key="imp-another",
            on_click=guarded(let_go, "Putting the file away"),
        )


@contextmanager
def remembered(upload: Upload) -> Iterator[None]:
    """
    Keep what is chosen inside, also while another page is open.

    Notes
    -----
    Streamlit forgets the fields of a page that is left: those of the file in hand are
    written down at the end of each run and filled in again before they are drawn.
    """
    answers: dict[str, object] = st.session_state.setdefault(_ANSWERS, {})
    for key, value in answers.items():
        if key not in st.session_state:
            st.session_state[key] = value
    try:
        yield
    finally:
        prefix = f"imp-{upload.file_id}-"
        answers.update(
            {
                str(key): value
                for key, value in st.session_state.items()
                if str(key).startswith(prefix) and isinstance(value, _PLAIN)
            }
        )
