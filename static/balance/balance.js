// Entry of the tables: keeps one per place on the page, so that a rerun only patches
// it, and tells Python what the user did.

const version = new URL(import.meta.url).search;
const [parts, territories, lists, rows] = await Promise.all(
  ["parts", "territories", "list", "rows"].map((name) => import(`./${name}.js${version}`)),
);

const KINDS = { territories: territories.TerritoryTable, list: lists.ListTable };
const tables = new Map(); // place on the page → table

export async function render(component, root, role) {
  if (role === "store") return renderStore(component);
  const { parentElement, data, setTriggerValue } = component;
  let table = tables.get(parentElement);
  if (!table) {
    const box = parts.element("div", "bt-root");
    table = new KINDS[role](box, data);
    tables.set(parentElement, table);
    await parts.addSheet(parentElement, `${root}balance/balance.css${version}`);
    parentElement.append(box);
  }
  table.update(data);
  table.post.send = (event) => setTriggerValue("event", event);
  table.post.heard(data.heard);
  return () => {
    if (tables.get(parentElement) !== table) return;
    table.destroy();
    tables.delete(parentElement);
  };
}

function renderStore({ data, parentElement }) {
  const host = parentElement.host ?? parentElement;
  const outer = host.closest?.('[data-testid="stElementContainer"]');
  if (outer) outer.style.display = "none";
  if (rows.keep(parentElement, data)) {
    for (const table of tables.values()) if (table.isWaiting) table.update(table.data);
  }
  return () => rows.release(parentElement);
}
