"""The planner behind its front door; start it with ``streamlit run app.py``."""

from streamlit.starlette import App

from planner.ui.front import front_door

app = App("pages.py", middleware=[front_door()])
