"""Every word that the map itself says, so that it can be translated in one place."""

from __future__ import annotations

# Key, action (None: the map's own), what it does. None of Streamlit's (r, c, Escape)
# and none of Leaflet's (arrows, plus, minus).
KEYS: tuple[tuple[str, str | None, str], ...] = (
    ("e", "next", "Next territory"),
    ("d", "previous", "Previous territory"),
    ("g", "accept", "Accept what is pending"),
    ("a", "reject", "Reject what is pending"),
    ("q", "lock", "Lock or unlock"),
    ("z", "undo", "Undo"),
    ("Shift+Z", "redo", "Redo"),
    ("?", None, "This list"),
)
# Of the map itself and of drawing; shown in the same list.
HANDS: tuple[tuple[str, str], ...] = (
    ("Space", "Hold to move the map while drawing"),
    ("Shift", "Hold and drag to select in a box"),
    ("Enter", "End a polygon"),
    ("Esc", "Drop what is drawn, then the tool"),
    ("← ↑ → ↓  + −", "Move and zoom the map"),
)
TEXTS: dict[str, str] = {
    "fit": "Show everything",
    "box": "Select in a box (or hold Shift and drag)",
    "lasso": "Select around, freehand",
    "polygon": "Select around, corner by corner; double-click or Enter ends",
    "paint": "Paint units with the brush",
    "line": "Draw a dividing line",
    "help": "Keys of the map (?)",
    "keys": "Keys while the map has the focus",
    "close": "Close",
    "picture": "Save the map as a picture",
    "pictured": "Saved: {name}",
    "locked": "locked",
    "legend": "Legend",
    "row": "Click to hide or show; double-click to show only this",
    "all": "Show all",
    "zoomIn": "Zoom in",
    "zoomOut": "Zoom out",
    "toolOn": "On: {name}",
    "toolOff": "Off: {name}",
    "drawn": "Drawn: {name}",
    "hidden": "Hidden: {name}",
    "shown": "Shown: {name}",
    "dragged": "Moved: {name}",
    "placed": "Place chosen: {name}",
}
