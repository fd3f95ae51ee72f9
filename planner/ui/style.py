"""The app's own style sheet, over the theme of `.streamlit/config.toml`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

SHEET = Path(__file__).with_name("style.css")
CONNECTION = "app/static/front/connection.js"  # what is said when the app was stopped


def apply_style() -> None:
    """Put the style sheet on the page; once per run, before anything else."""
    st.html(f"<style>{SHEET.read_text(encoding='utf-8')}</style>")
    root = str(st.get_option("server.baseUrlPath") or "").strip("/")
    source = f"/{root}/{CONNECTION}" if root else f"/{CONNECTION}"
    st.html(
        f'<script type="module" src="{source}"></script>', unsafe_allow_javascript=True
    )
