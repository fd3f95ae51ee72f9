// The shapes of what the map's modules hand each other; checked, never loaded.
// What Python sends is written in planner/ui/components/planmap (component.py, layers.py, codes.py).

import type * as Leaflet from "leaflet";

export interface Modules {
  blocks: typeof import("./blocks.js");
  canvas: typeof import("./canvas.js");
  grid: typeof import("./grid.js");
  homes: typeof import("./homes.js");
  keys: typeof import("./keys.js");
  layers: typeof import("./layers.js");
  legend: typeof import("./legend.js");
  map: typeof import("./map.js");
  marks: typeof import("./marks.js");
  outbox: typeof import("./outbox.js");
  overlays: typeof import("./overlays.js");
  picture: typeof import("./picture.js");
  points: typeof import("./points.js");
  pointing: typeof import("./pointing.js");
  scene: typeof import("./scene.js");
  shapes: typeof import("./shapes.js");
  tools: typeof import("./tools.js");
}
// Each module loads the others under the version of its own address.
export type Load = <Name extends keyof Modules>(name: Name) => Promise<Modules[Name]>;

declare global {
  interface Window {
    L: typeof Leaflet;
  }
}
// Inner parts of Leaflet 1.9 that the canvas stands on (static/vendor/README.md).
declare module "leaflet" {
  interface Renderer {
    _bounds?: Bounds;
    _container?: HTMLCanvasElement;
    _layers: Record<string, never>;
    _update(): void;
  }
  interface Map {
    _animatingZoom?: boolean;
  }
  interface Handler {
    moving?(): boolean; // of dragging
  }
}

// --- places ----------------------------------------------------------------------

export type LatLon = [lat: number, lon: number];
export type World = [x: number, y: number]; // Mercator, 0 to 1
export type Extent = [west: number, north: number, east: number, south: number];
export type Fact = [label: string, text: string];

// --- blocks: the immutable half --------------------------------------------------

interface Block {
  version: string;
  ids: string[];
  names: string[];
  facts: [label: string, texts: string[]][];
  n: number;
  lonlat: Float32Array;
  xy: Float64Array;
  extent: Extent;
}
export interface Rings {
  xy: Float64Array;
  ringStart: Uint32Array;
  unitStart: Uint32Array;
}
export interface Borders {
  from: Uint32Array;
  to: Uint32Array;
  one: Int32Array;
  other: Int32Array; // −1: nothing beyond
}
export interface Shapes extends Block, Rings {
  kind: "shapes";
  box: Float64Array;
  middle: Float64Array;
  area: Float64Array;
  borders?: Borders;
}
export interface Places extends Block {
  kind: "places";
  grid: { cell: number; columns: number; rows: number; first: Int32Array; next: Int32Array };
}
export interface Classes {
  kind: "codes";
  codes: Uint16Array;
}
export type Layer = Shapes | Places | Classes;

// --- what one rerun sends ----------------------------------------------------------

export interface Entry {
  label: string;
  short: string;
  count: string;
  colour: string;
  dark: string;
  bar: number | null;
}
export interface Place {
  id: string;
  name: string;
  at: LatLon;
  facts: Fact[];
}
export interface SentCodes {
  bytes: 1 | 2;
  codes: string;
  places: string | null;
}
export type SentSome = { places: string; bits?: undefined } | { bits: string; places?: undefined };
export interface SentMarks {
  selectedUnits: SentSome | null;
  selectedPoints: SentSome | null;
  lockedUnits: SentSome | null;
  lockedPoints: SentSome | null;
  lockedParts: string[];
  pendingUnits: SentSome | null;
  pendingPoints: SentSome | null;
  barriers: [number, number][];
  market: string | null;
  marketLabel: string;
}
export interface MapData {
  key: string;
  height: number;
  events: string[];
  seen: number;
  texts: Record<string, string>;
  keys: [key: string, action: string | null, text: string][];
  hands: [key: string, text: string][];
  label: string;
  layers: Partial<Record<"base" | "towns" | "units" | "points" | "codes" | "parts", string>>;
  unitCodes: SentCodes | null;
  parts: SentCodes | null;
  partNames: string[];
  partTold: string[];
  pointCodes: SentCodes | null;
  pointParts: SentCodes | null;
  pointSize: string | null;
  legendTitle: string;
  legendOpen: boolean;
  legend: Entry[];
  unassigned: string;
  unassignedCount: string;
  outlines: { rings: LatLon[][]; label: string; colour: string }[];
  lines: { path: LatLon[]; colour: string; label: string; stops: Place[] }[];
  homes: Place[];
  fit: [south: number, west: number, north: number, east: number] | null;
  home: MapData["fit"];
  borders: boolean;
  distanceUnit: "km" | "mi";
  marks: SentMarks;
  title: string;
  subtitle: string;
  tileUrl: string;
  attribution: string;
}
export interface Gesture {
  kind: string;
  ids: string[];
  unit_ids: string[];
  path?: LatLon[];
  hidden?: number[];
}
export type Numbered = Gesture & { n: number };

export interface Component<Data> {
  parentElement: HTMLElement | ShadowRoot;
  data: Data;
  setTriggerValue(name: "event", value: Numbered[]): void;
}

// --- what is drawn -----------------------------------------------------------------

export type Pen = CanvasRenderingContext2D;
export type Theme = Modules["canvas"]["LIGHT"];
export interface View {
  scale: number;
  zoom: number;
  ox: number;
  oy: number;
  width: number;
  height: number;
  ratio: number;
  west: number;
  north: number;
  east: number;
  south: number;
}
export type Placed = Place & { xy: World };
export interface DrawnUnits {
  layer: Shapes;
  codes: Uint16Array | null;
  parts: Uint16Array | null;
  isMixed: boolean;
}
export interface DrawnPoints {
  layer: Places;
  codes: Uint16Array | null;
  parts: Uint16Array | null;
  size: Uint8Array | null;
}
export interface DrawnOutline {
  rings: World[][];
  label: string;
  colour: string;
}
export interface DrawnLine {
  path: World[];
  colour: string;
  ink: string;
  stops: Placed[];
}
export interface Label {
  text: string;
  at: World;
  isDim: boolean;
}
export type Ask = ((i: number) => boolean) | null;
export interface Marks {
  n: number; // of units: a pair of them is one number
  lockedUnits: Ask;
  lockedPoints: Ask;
  pendingUnits: Ask;
  pendingPoints: Ask;
  lockedParts: Set<string>;
  market: Uint8Array | null;
  pairs: Set<number>;
}
export interface Scene {
  units: DrawnUnits | null;
  points: DrawnPoints | null;
  base: Shapes | null;
  towns: Places | null;
  legend: Entry[];
  hidden: Set<number>;
  theme: Theme;
  hasBorders: boolean;
  hasTiles: boolean;
  outlines: DrawnOutline[];
  lines: DrawnLine[];
  homes: Placed[];
  selectedUnits: Set<number>;
  selectedPoints: Set<number>;
  labels: Label[];
  marks: Marks;
}
export type Paint = (ctx: Pen, view: View, scene: Scene) => void;
export type PaintUnits = (ctx: Pen, view: View, scene: Scene, units: DrawnUnits) => void;
export interface Row {
  label: string;
  count: string;
  colour: string | null;
  dark?: string;
  bar: number | null;
  code: number;
  isLocked?: boolean;
}

// --- what lies under the pointer -----------------------------------------------------

export type Hit =
  | { kind: "stop" | "home"; name: string; thing: Placed }
  | { kind: "point"; name: string; of: DrawnPoints; i: number }
  | { kind: "unit"; name: string; of: DrawnUnits; i: number };
export interface Tip {
  name: string;
  facts: Fact[];
  entry?: Entry;
  noneLabel?: string; // of what belongs to no class
  part?: string;
}
