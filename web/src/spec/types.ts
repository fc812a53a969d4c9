/** What a page is made of, as `GET /ui/pages` describes it; the words are those of `application/pages/spec.py`. */
import type { Role } from "../lib/roles";

export type Format =
  | "text"
  | "decimal"
  | "money"
  | "qty"
  | "price"
  | "bps"
  | "pct"
  | "time"
  | "age"
  | "status"
  | "side"
  | "id"
  | "json";

/** Columns and the texts they must be one of. */
export type When = Record<string, readonly string[]>;

export type Source = {
  path: string;
  query?: Record<string, string>;
  needs?: readonly string[];
  topic?: string;
  refresh_s?: number;
  paged?: boolean;
  optional?: boolean;
  when?: { data: string; values: readonly string[] };
};

export type Choices = {
  data: string;
  value: string;
  title?: string;
  match?: Record<string, string>;
  /** Whether the list is searched by typing; each choice says what it is below its name. */
  search?: boolean;
};
export type Parameter = {
  name: string;
  title: string;
  default?: string;
  choices?: readonly string[];
  choices_from?: Choices;
  doc?: string;
};

export type Column = {
  key: string;
  title: string;
  format?: Format;
  align?: string;
  width?: number;
  link?: string;
  text?: string;
  signed?: boolean;
  share_of?: string;
};
export type TableOptions = {
  columns: readonly Column[];
  row_key?: string;
  filter?: boolean;
  sort?: string;
  actions?: readonly string[];
  detail?: string;
  where?: When;
};
export type Figure = {
  key: string;
  title: string;
  format?: Format;
  good?: "up" | "down";
  data?: string;
  reduce?: "last" | "first" | "change" | "growth" | "sum" | "count";
  where?: When;
  doc?: string;
};
export type KpiOptions = { items: readonly Figure[] };
export type Series = { key: string; title: string; area?: boolean; negate?: boolean };
export type LineOptions = {
  x: string;
  series: readonly Series[];
  format?: Format;
  group?: string;
  log?: boolean;
  ranges?: boolean;
  height?: number;
};
export type BarOptions = {
  x: string;
  series: readonly Series[];
  format?: Format;
  horizontal?: boolean;
  keep_order?: boolean;
  limit?: number;
};
export type HeatmapOptions = {
  x: string;
  y: string;
  value: string;
  format?: Format;
  x_labels?: readonly string[];
};
export type ScatterOptions = {
  x: string;
  y: string;
  x_title: string;
  y_title: string;
  label?: string;
  group?: string;
  joined?: readonly string[];
  x_format?: Format;
  y_format?: Format;
  height?: number;
};
export type HistogramOptions = {
  low: string;
  high: string;
  value: string;
  title: string;
  x_title: string;
  y_title: string;
  curve?: string;
  curve_title?: string;
  mark?: string;
  mark_title?: string;
  x_format?: Format;
  y_format?: Format;
  height?: number;
};
export type StackOptions = {
  x: string;
  name: string;
  value: string;
  x_title: string;
  y_title: string;
  x_format?: Format;
  y_format?: Format;
  limit?: number;
  height?: number;
};
export type CandlesOptions = {
  x: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume?: string;
};
export type TextOptions = { text?: string; warning?: boolean; here?: string; group?: string };
export type Rule = {
  data: string;
  text: string;
  severity: "error" | "warning" | "info";
  title: string;
  when?: When;
  unless?: When;
  link?: string;
};
export type NoticesOptions = { rules: readonly Rule[] };

export type Block = {
  view: string;
  title: string;
  data: string;
  opts?: unknown;
  span?: 1 | 2 | 3;
  empty?: string;
  doc?: string;
  /** Plain words for names in a column, by its key and the name. */
  words?: Record<string, Record<string, string>>;
};

export type Confirm = { title: string; text: string; reason?: boolean; reason_min?: number };
export type Schema = {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  anyOf?: readonly Schema[];
  "x-unit"?: string;
  "x-fill"?: string;
  "x-choices"?: Choices;
  /** What each choice is called, by its value. */
  "x-words"?: Record<string, string>;
  "x-schema"?: { data: string; match: Record<string, string>; value: string };
};
export type Preset = { title: string; values: Record<string, unknown> };
export type Form = {
  id: string;
  title: string;
  method: string;
  path: string;
  schema: Schema;
  submit: string;
  role: Role;
  mode?: "sync" | "job";
  result?: { path: string };
  presets?: readonly Preset[];
  confirm?: Confirm;
  danger?: boolean;
  done?: string;
  doc?: string;
};
export type Action = {
  id: string;
  title: string;
  method: string;
  path: string;
  role: Role;
  body?: Record<string, unknown>;
  confirm?: Confirm;
  row?: boolean;
  when?: When;
  danger?: boolean;
};

export type PageSpec = {
  id: string;
  workspace: string;
  path: string;
  title: string;
  doc: string;
  kind: string;
  order: number;
  role: Role;
  keywords: readonly string[];
  params?: readonly Parameter[];
  sources: Record<string, Source>;
  forms?: readonly Form[];
  actions?: readonly Action[];
  layout: readonly Block[];
};

export type Row = Record<string, unknown>;
