// Entry of the tables: keeps one per place on the page, so that a rerun only patches
// it, and tells Python what the user did.

const version = new URL(import.meta.url).search;
const [parts, territories, lists, rows] = await Promise.all(
  ["parts", "territories", "list", "rows"].map((name) => import(`./${name}.js${version}`)),
);

const KINDS = { territories: territories.TerritoryTable, list: lists.ListTable };
const tables = new Map(); // place on the page → table

// Streamlit calls what a run returns also when a newer run overtakes it: what stands
// there goes only with its place, or the table would be built anew and lose the focus.
export async function render(component, root, role) {
  const { parentElement } = component;
  const host = parentElement.host ?? parentElement;
  if (role === "store") renderStore(component);
  else await renderTable(component, root, role);
  const leave = () => {
    if (host.isConnected) return;
    if (role === "store") rows.release(parentElement);
    else removeTable(parentElement);
  };
  return () => {
    leave();
    setTimeout(leave, 1000); // should it be called before the place is gone
  };
}

async function renderTable({ parentElement, data, setTriggerValue }, root, role) {
  let table = tables.get(parentElement);
  if (!table) {
    const box = parts.element("div", "bt-root");
    table = new KINDS[role](box, data);
    tables.set(parentElement, table);
    table.styled = parts.addSheet(parentElement, `${root}balance/balance.css${version}`)
      .then(() => parentElement.append(box));
  }
  await table.styled;
  table.update(data);
  table.post.send = (event) => setTriggerValue("event", event);
  table.post.heard(data.heard);
}

function removeTable(place) {
  tables.get(place)?.destroy();
  tables.delete(place);
}

function renderStore({ data, parentElement }) {
  const host = parentElement.host ?? parentElement;
  const outer = host.closest?.('[data-testid="stElementContainer"]');
  if (outer) outer.style.display = "none";
  if (rows.keep(parentElement, data)) {
    for (const table of tables.values()) if (table.isWaiting) table.update(table.data);
  }
}
