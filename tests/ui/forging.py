"""Send a page of AppTest what a browser could send of our components."""

from __future__ import annotations

import json
from typing import Any

from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.testing.v1 import AppTest


def send(app: AppTest, key: str, *values: Any) -> AppTest:
    """Send events of the component of this key, forged or not, and run the page."""
    ids = [element.proto.id for element in app.get("bidi_component")]
    base = next(name for name in ids if name.endswith(f"-{key}"))
    payload = [{"event": "event", "value": value} for value in values]
    states = app._tree.get_widget_states()
    states.widgets.add(
        id=_make_trigger_id(base, "events"), json_trigger_value=json.dumps(payload)
    )
    return app._run(states)
