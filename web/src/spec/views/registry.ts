/** The views there are, by name; one that is not among them is shown as JSON. */
import { lazy } from "react";
import { textOf } from "../cells";
import { plainOf, valueAt } from "../pointer";
import type {
  BarOptions,
  Block,
  CandlesOptions,
  Column,
  HeatmapOptions,
  HistogramOptions,
  KpiOptions,
  LineOptions,
  ScatterOptions,
  StackOptions,
  TableOptions,
  TextOptions,
} from "../types";
import Json from "./Json";
import Kpi from "./Kpi";
import Markdown from "./Markdown";
import Notices from "./Notices";
import Table from "./Table";
import { rowsOf, type View } from "./view";

const Line = lazy(() => import("./Line"));
const Bar = lazy(() => import("./Bar"));
const Heatmap = lazy(() => import("./Heatmap"));
const Scatter = lazy(() => import("./Scatter"));
const Histogram = lazy(() => import("./Histogram"));
const Stack = lazy(() => import("./Stack"));
const Tree = lazy(() => import("./Tree"));
const Candles = lazy(() => import("./Candles"));

const hasNoRows = (value: unknown) => rowsOf(value).length === 0;
const isNothing = (value: unknown) => value === null || value === undefined;

function figuresOf(value: unknown, block: Block) {
  const { items } = block.opts as KpiOptions;
  const own = items.filter((item) => item.data === undefined);
  const rows = own.map((item) => ({
    figure: item.title,
    value: textOf(valueAt(value, item.key), item.format),
  }));
  const columns: Column[] = [
    { key: "figure", title: "Figure" },
    { key: "value", title: "Value" },
  ];
  return { columns, rows };
}

function seriesTable(value: unknown, block: Block) {
  const { x, series, format, group } = block.opts as LineOptions;
  const head: Column[] = [{ key: x, title: "Time", format: "time" }];
  if (group) head.push({ key: group, title: "Name" });
  const columns = series.map(({ key, title }): Column => ({ key, title, format: format ?? "decimal" }));
  return { columns: [...head, ...columns], rows: rowsOf(value) };
}

function barTable(value: unknown, block: Block) {
  const { x, series, format } = block.opts as BarOptions;
  const columns = series.map(({ key, title }): Column => ({ key, title, format: format ?? "decimal" }));
  return { columns: [{ key: x, title: "Name" }, ...columns], rows: rowsOf(value) };
}

function heatTable(value: unknown, block: Block) {
  const { x, y, value: key, format, x_labels: labels } = block.opts as HeatmapOptions;
  const rows = rowsOf(value).map((row) => {
    const column = plainOf(valueAt(row, x));
    return { row: valueAt(row, y), column: labels?.[Number(column) - 1] ?? column, value: valueAt(row, key) };
  });
  const columns: Column[] = [
    { key: "row", title: "Row" },
    { key: "column", title: "Column" },
    { key: "value", title: "Value", format: format ?? "decimal", signed: true },
  ];
  return { columns, rows };
}

function scatterTable(value: unknown, block: Block) {
  const { x, y, label, group, x_title, y_title, x_format, y_format } = block.opts as ScatterOptions;
  const columns: Column[] = [];
  if (label) columns.push({ key: label, title: "Name" });
  if (group) columns.push({ key: group, title: "Group" });
  columns.push({ key: x, title: x_title, format: x_format ?? "decimal" });
  columns.push({ key: y, title: y_title, format: y_format ?? "decimal" });
  return { columns, rows: rowsOf(value) };
}

function histogramTable(value: unknown, block: Block) {
  const {
    low,
    high,
    value: key,
    title,
    x_format,
    y_format,
    curve,
    curve_title,
  } = block.opts as HistogramOptions;
  const columns: Column[] = [
    { key: low, title: "From", format: x_format ?? "decimal" },
    { key: high, title: "To", format: x_format ?? "decimal" },
    { key, title, format: y_format ?? "decimal" },
  ];
  if (curve) columns.push({ key: curve, title: curve_title ?? curve, format: y_format ?? "decimal" });
  return { columns, rows: rowsOf(value) };
}

function stackTable(value: unknown, block: Block) {
  const { x, name, value: key, x_title, y_title, x_format, y_format } = block.opts as StackOptions;
  const columns: Column[] = [
    { key: x, title: x_title, format: x_format ?? "decimal" },
    { key: name, title: "Part" },
    { key, title: y_title, format: y_format ?? "pct" },
  ];
  return { columns, rows: rowsOf(value) };
}

function treeTable(value: unknown) {
  const columns: Column[] = [
    { key: "number", title: "Cluster", format: "qty" },
    { key: "left", title: "Joins" },
    { key: "right", title: "And" },
    { key: "height", title: "Distance", format: "decimal" },
  ];
  const leaves = rowsOf(valueAt(value, "leaves"));
  const name = (node: unknown) =>
    plainOf(leaves[Number(node)] ?? `cluster ${Number(node) - leaves.length + 1}`);
  const rows = rowsOf(valueAt(value, "merges")).map((each, at) => ({
    number: at + 1,
    left: name(valueAt(each, "left")),
    right: name(valueAt(each, "right")),
    height: valueAt(each, "height"),
  }));
  return { columns, rows };
}

function candleTable(value: unknown, block: Block) {
  const { x, open, high, low, close, volume } = block.opts as CandlesOptions;
  const prices = { Open: open, High: high, Low: low, Close: close };
  const columns: Column[] = [{ key: x, title: "Time", format: "time" }];
  for (const [title, key] of Object.entries(prices)) columns.push({ key, title, format: "price" });
  if (volume) columns.push({ key: volume, title: "Volume", format: "qty" });
  return { columns, rows: rowsOf(value) };
}

export const VIEWS: Readonly<Record<string, View>> = {
  kpi: { Component: Kpi, isEmpty: isNothing, table: figuresOf },
  table: {
    Component: Table,
    isEmpty: hasNoRows,
    table: (value, block) => ({ columns: (block.opts as TableOptions).columns, rows: rowsOf(value) }),
  },
  line: { Component: Line, isEmpty: hasNoRows, table: seriesTable, isChart: true },
  bar: { Component: Bar, isEmpty: hasNoRows, table: barTable, isChart: true },
  heatmap: { Component: Heatmap, isEmpty: hasNoRows, table: heatTable, isChart: true },
  scatter: { Component: Scatter, isEmpty: hasNoRows, table: scatterTable, isChart: true },
  histogram: { Component: Histogram, isEmpty: hasNoRows, table: histogramTable, isChart: true },
  stack: { Component: Stack, isEmpty: hasNoRows, table: stackTable, isChart: true },
  tree: {
    Component: Tree,
    isEmpty: (value) => rowsOf(valueAt(value, "leaves")).length === 0,
    table: treeTable,
    isChart: true,
  },
  candles: { Component: Candles, isEmpty: hasNoRows, table: candleTable, isChart: true },
  markdown: {
    Component: Markdown,
    isEmpty: (value, block) =>
      !(block.opts as TextOptions | undefined)?.text && plainOf(value).replace("[]", "") === "",
    readsMore: true,
  },
  json: { Component: Json, isEmpty: isNothing },
  notices: { Component: Notices, isEmpty: () => false, readsMore: true },
};

export const FALLBACK: View = VIEWS.json as View;

/** The view of a block. */
export function viewOf(block: Block): View {
  return VIEWS[block.view] ?? FALLBACK;
}
