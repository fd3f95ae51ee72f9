// The shapes of what the tables' modules hand each other; checked, never loaded.
// What Python sends is written in planner/ui/components/grid and planner/ui/views (list_table.py,
// balance_table.py).

import type { Mailbox } from "./mailbox.js";

export interface Modules {
  bars: typeof import("./bars.js");
  cells: typeof import("./cells.js");
  heads: typeof import("./heads.js");
  keys: typeof import("./keys.js");
  lines: typeof import("./lines.js");
  list: typeof import("./list.js");
  listbar: typeof import("./listbar.js");
  listkeys: typeof import("./listkeys.js");
  mailbox: typeof import("./mailbox.js");
  order: typeof import("./order.js");
  parts: typeof import("./parts.js");
  rows: typeof import("./rows.js");
  territories: typeof import("./territories.js");
}
// Each module loads the others under the version of its own address.
export type Load = <Name extends keyof Modules>(name: Name) => Promise<Modules[Name]>;

export interface Component<Data> {
  parentElement: HTMLElement | ShadowRoot;
  data: Data;
  setTriggerValue(name: "event", value: Numbered): void;
}

// --- gestures ----------------------------------------------------------------------

export type Kind = "lock" | "unlock" | "zoom" | "select" | "choose";
export interface Gesture {
  kind: Kind;
  ids?: string[];
  bits?: string; // one a row, of a list
  version?: string; // of the block whose rows they count
}
export type Numbered = Gesture & { turn: number };

// --- both tables ---------------------------------------------------------------------

export interface Sort {
  id: string;
  isDown: boolean;
}
export type Value = string | number | null | undefined;
interface TableData {
  key: string;
  label: string;
  height: number;
  events: Kind[];
  heard: number;
}

// --- territories ---------------------------------------------------------------------

export interface Column {
  id: string;
  group: string;
  head: string;
  isText: boolean;
  isBar: boolean;
  tolerance: number | null;
  text: string[];
  value: (number | null)[] | null;
  was: Record<number, string>; // by row
  from: Record<number, number | null>; // by row
  foot: [text: string, was: string][];
}
export type TerritoryRow = [id: string, label: string, title: string, colour: string];
export interface TerritoryData extends TableData {
  rows: TerritoryRow[];
  columns: Column[];
  foot: string[];
  selected: string;
  isPending: boolean;
  locked: number[]; // rows
  changed: number[];
  fresh: number[];
  gone: number[];
  off: number[];
}
export interface TerritoryLook {
  sort: Sort | null;
  order: string[];
  text: string;
  isOff: boolean;
  isChanged: boolean;
  active: string;
  top: number;
  leftAt: number;
  hasFocus: boolean;
  post: Mailbox;
}

// --- lists of units or accounts ------------------------------------------------------

export type Figure = "count" | "hours" | "money";
export type ListColumn =
  | { id: string; label: string; kind: "text"; texts: string[]; values: Uint32Array }
  | { id: string; label: string; kind: Figure; texts?: undefined; values: Float32Array };
export interface Rows {
  version: string;
  ids: string[];
  names: string[];
  beside: string[];
  columns: ListColumn[];
  n: number;
  haystack?: string[];
}
export type Owner = [id: string, label: string, colour: string];
export interface ListData extends TableData {
  nouns: [one: string, many: string];
  rows: string; // version of the block
  territories: Owner[];
  codes: string; // packed: place of each row's territory
  was: string; // the same before what is pending; "": nothing is
  locked: string; // packed bits
  chosen: string;
  locale: string;
  currency: string;
  minorDigits: number;
}
export interface ListLook {
  sort: Sort | null;
  text: string;
  where: string; // a territory's id, "all" or "none"
  isChosen: boolean;
  isLocked: boolean;
  isChanged: boolean;
  active: number;
  top: number;
}
export type Writers = Record<Figure, (value: number) => string>;
