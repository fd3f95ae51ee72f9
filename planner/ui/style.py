"""The app's own style sheet, over the theme of `.streamlit/config.toml`."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

SHEET = Path(__file__).with_name("style.css")


def apply_style() -> None:
    """Put the style sheet on the page; once per run, before anything else."""
    st.html(f"<style>{SHEET.read_text(encoding='utf-8')}</style>")
