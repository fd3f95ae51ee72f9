// Entry of the tables: keeps one per place on the page, so that a rerun only patches
// it, and tells Python what the user did.

const version = new URL(import.meta.url).search;
const [parts, territories] = await Promise.all(
  ["parts", "territories"].map((name) => import(`./${name}.js${version}`)),
);

const KINDS = { territories: territories.TerritoryTable };
const tables = new Map(); // place on the page → table

export async function render({ parentElement, data, setTriggerValue }, root, role) {
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
    tables.get(parentElement)?.destroy();
    tables.delete(parentElement);
  };
}
