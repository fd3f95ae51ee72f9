// The two bars above a list: filters, and what is done with the rows chosen.

/** @import { Load } from "./types.js" */
/** @import { ListTable } from "./list.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { button, element, field, toggle } = await load("parts");
const TYPING_MS = 120;

/** @param {ListTable} list */
export function makeBar(list) {
  const { look } = list;
  const bar = element("div", "bt-bar");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const text = field("Filter", look.text, (typed) => {
    look.text = typed;
    clearTimeout(typing);
    typing = setTimeout(() => list.show(), TYPING_MS);
  });
  const chosenOnly = toggle("Chosen", look.isChosen, (isOn) => list.filter({ isChosen: isOn }));
  const lockedOnly = toggle("Locked", look.isLocked, (isOn) => list.filter({ isLocked: isOn }));
  bar.append(text, list.where, chosenOnly, lockedOnly, list.changedOnly, list.count);
  return bar;
}

/** @param {ListTable} list */
export function makeWhere(list) {
  const where = element("select", "bt-field");
  where.setAttribute("aria-label", "In territory");
  where.addEventListener("change", () => list.filter({ where: where.value }));
  where.addEventListener("keydown", (event) => event.stopPropagation());
  return where;
}

/** @param {ListTable} list */
export function makeActions(list) {
  const bar = element("div", "bt-bar");
  /** @param {string} label @param {() => void} onClick @param {string} [title] */
  const action = (label, onClick, title = "") => {
    const made = button("bt-toggle", label, onClick);
    made.title = title;
    bar.append(made);
    return made;
  };
  return {
    bar,
    chooseAll: action("Choose all shown", () => list.chooseMany(list.order, 1)),
    clear: action("Clear", () => list.chooseMany(list.chosen.keys(), 0)),
    lock: action("Lock", () => list.lockChosen("lock"), "Lock what is chosen"),
    unlock: action("Unlock", () => list.lockChosen("unlock"), "Unlock what is chosen"),
    zoom: action("Zoom to", () => list.zoom(), "Zoom to the row with the frame"),
  };
}
