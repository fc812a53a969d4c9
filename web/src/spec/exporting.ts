/** Taking what a block shows along: comma-separated text, the clipboard, a picture. */
import { numberOf, textOf } from "./cells";
import { plainOf, valueAt } from "./pointer";
import type { Column, Row } from "./types";

export type TableData = { columns: readonly Column[]; rows: readonly unknown[] };

/** RFC 4180 text of a table, values as the server sent them. A text that a spreadsheet would run is made harmless. */
export function csvOf({ columns, rows }: TableData): string {
  const kept = columns.filter((column) => !column.text);
  const lines = [kept.map((column) => quote(column.title || column.key))];
  for (const row of rows) lines.push(kept.map((column) => quote(plainOf(valueAt(row, column.key)))));
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

function quote(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && Number.isNaN(numberOf(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table as tab-separated text for the clipboard, as it is shown. */
export function tsvOf({ columns, rows }: TableData): string {
  const kept = columns.filter((column) => !column.text);
  const lines = [kept.map((column) => column.title || column.key)];
  for (const row of rows)
    lines.push(kept.map((column) => textOf(valueAt(row as Row, column.key), column.format)));
  return lines.map((line) => line.join("\t")).join("\n");
}

/** Hand a file to the reader. */
export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A file name from a title. */
export function fileName(title: string, ending: string): string {
  const stem = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `${stem || "block"}.${ending}`;
}

/** A picture of the charts inside `element`, on the color of the panel; null where there is none. */
export async function pngOf(element: HTMLElement): Promise<Blob | null> {
  const parts = Array.from(
    element.querySelectorAll<HTMLCanvasElement | SVGSVGElement>("canvas, svg[data-chart]"),
  );
  if (parts.length === 0) return null;
  const box = element.getBoundingClientRect();
  const scale = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(box.width * scale);
  canvas.height = Math.ceil(box.height * scale);
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle =
    getComputedStyle(document.documentElement).getPropertyValue("--panel").trim() || "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const part of parts) {
    const at = part.getBoundingClientRect();
    const source = part instanceof HTMLCanvasElement ? part : await imageOf(part);
    context.drawImage(
      source,
      (at.left - box.left) * scale,
      (at.top - box.top) * scale,
      at.width * scale,
      at.height * scale,
    );
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function imageOf(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("font-family", getComputedStyle(svg).fontFamily);
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  return new Promise((resolve, reject) => {
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("The picture could not be drawn."));
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
}
