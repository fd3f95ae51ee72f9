"""Title, key and scale of a map to send; its names make room for each other."""

from __future__ import annotations

from branca.element import MacroElement
from folium.template import Template

from planner.core.english.simulated import MARK
from planner.core.text import map_text
from planner.geography.colours import GREY
from planner.maps.sheet import MapSheet, Swatch

MOST_SWATCHES = 60

_STYLE = """
.leaflet-container { background: #FAFAF8; color: #1F2933;
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
.map-panel { background: rgba(255, 255, 255, .94); border: 1px solid #DAD9D2;
  border-radius: 6px; padding: 8px 12px; max-width: min(420px, calc(100vw - 84px)); }
.map-panel h1 { font-size: 17px; line-height: 1.25; margin: 0;
  overflow-wrap: anywhere; }
.map-panel p { margin: 2px 0 0; color: #5B6670; font-size: 13px; }
.map-panel .map-simulated { color: #B45309; }
.map-key { max-width: min(260px, calc(100vw - 84px)); max-height: 42vh;
  overflow: auto; }
.map-key summary { cursor: pointer; font-weight: 600; min-height: 24px; }
.map-key ul { list-style: none; margin: 4px 0 0; padding: 0; }
.map-key li { display: flex; gap: 8px; align-items: center; font-size: 13px; }
.map-key i { width: 14px; height: 14px; border: 1px solid #8A939B; flex: none; }
.map-key i.point { border-radius: 50%; }
.map-key i.line { height: 4px; border: 0; }
.map-key span { flex: 1; overflow-wrap: anywhere; }
.map-key b { font-weight: 400; color: #5B6670; font-variant-numeric: tabular-nums; }
.map-name { white-space: nowrap; font-weight: 700; font-size: 12px;
  pointer-events: none;
  text-shadow: 0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff; }
.map-name span { display: inline-block; transform: translate(-50%, -50%); }
.map-stop span { display: block; width: 26px; height: 26px; line-height: 24px;
  border: 1px solid #fff; border-radius: 50%; color: #fff; text-align: center;
  font-weight: 700; }
.map-home { background: #1F2933; border: 2px solid #fff; }
.leaflet-popup-content th { text-align: left; font-weight: 400; color: #5B6670;
  padding-right: 10px; vertical-align: top; }
.leaflet-popup-content tr:first-child td { font-weight: 700; }
.leaflet-popup-content td { overflow-wrap: anywhere; }
.leaflet-popup-content { max-height: 50vh; overflow: auto; }
@media print { .leaflet-control-zoom, .leaflet-control-layers { display: none; } }
"""


class Panels(MacroElement):
    """
    Title, date, mark of what is simulated, key and scale as controls of Leaflet.

    Parameters
    ----------
    sheet
        The map they belong to.

    Notes
    -----
    Controls, not elements of the page: so the look before saving shows the same. The
    key is open where there is room for it beside the map.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>{{ this.style }}</style>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        (function (map) {
          function panel(position, html, name) {
            const control = L.control({ position: position });
            control.onAdd = function () {
              const box = L.DomUtil.create("div", "map-panel " + name);
              box.innerHTML = html;
              L.DomEvent.disableClickPropagation(box);
              L.DomEvent.disableScrollPropagation(box);
              return box;
            };
            control.addTo(map);
            return control.getContainer();
          }
          panel("topleft", {{ this.title | tojson }}, "map-title");
          L.control.scale({ metric: {{ this.is_metric | tojson }},
            imperial: {{ (not this.is_metric) | tojson }},
            position: "bottomright" }).addTo(map);
          if ({{ this.key | tojson }}) {
            const key = panel("bottomleft", {{ this.key | tojson }}, "map-key");
            key.firstChild.open = map.getSize().x > 700;
          }
          map.attributionControl.setPrefix(false);
          map.attributionControl.addAttribution({{ this.source | tojson }});
          // A name that would cover another waits until there is room for both.
          function makeRoom() {
            const taken = [];
            const names = map.getPane("markerPane").querySelectorAll(".map-name span");
            for (const name of names) {
              const box = name.getBoundingClientRect();
              const isFree = taken.every(other =>
                box.right < other.left || other.right < box.left ||
                box.bottom < other.top || other.bottom < box.top);
              name.style.visibility = isFree ? "visible" : "hidden";
              if (isFree) taken.push(box);
            }
          }
          map.on("zoomend viewreset layeradd baselayerchange", makeRoom);
          map.whenReady(() => requestAnimationFrame(makeRoom));
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, sheet: MapSheet) -> None:
        super().__init__()
        self._name = "Panels"
        self.style = _STYLE
        self.title = _title(sheet)
        self.key = _key(sheet)
        self.source = map_text(sheet.source, 300)
        self.is_metric = sheet.distance_unit == "km"


def _title(sheet: MapSheet) -> str:
    lines = [f"<h1>{map_text(sheet.title)}</h1>"]
    if sheet.subtitle:
        lines.append(f"<p>{map_text(sheet.subtitle, 200)}</p>")
    if sheet.simulated:
        note = map_text(sheet.simulated, 300)
        lines.append(
            f'<p class="map-simulated"><strong>{MARK} Simulated.</strong> {note}</p>'
        )
    return "".join(lines)


def _key(sheet: MapSheet) -> str:
    """Write the key as a list that opens and closes; what is too much is counted."""
    if not sheet.legend:
        return ""
    lines = [_line(swatch) for swatch in sheet.legend[:MOST_SWATCHES]]
    n_more = len(sheet.legend) - MOST_SWATCHES
    if n_more > 0:
        lines.append(f"<li><span>and {n_more} more</span></li>")
    heading = map_text(sheet.legend_title) or "Key"
    return f"<details><summary>{heading}</summary><ul>{''.join(lines)}</ul></details>"


def _line(swatch: Swatch) -> str:
    return (
        f'<li><i class="{swatch.mark}" style="background:{swatch.colour or GREY}"></i>'
        f"<span>{map_text(swatch.label)}</span><b>{map_text(swatch.count)}</b></li>"
    )
