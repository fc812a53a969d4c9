/** A tree of a JSON value that folds; also what a view falls back to that this page does not know. */
import { useState } from "react";
import type { ViewProps } from "./view";

const SHOWN = 100;
const OPEN_DEPTH = 1;

export default function Json({ value }: ViewProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
    <section className="spec-json" aria-label="JSON" tabIndex={0}>
      <Node value={value} depth={0} />
    </section>
  );
}

export function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const [limit, setLimit] = useState(SHOWN);
  const label = name === undefined ? null : <span className="json-key">{name}: </span>;
  if (value === null || typeof value !== "object") {
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? "null" : typeof value}`}>{leafText(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  const size = isList ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) {
    return (
      <div className="json-leaf">
        {label}
        <span className="muted">{isList ? "[]" : "{}"}</span>
      </div>
    );
  }
  return (
    <details className="json-branch" open={depth < OPEN_DEPTH}>
      <summary>
        {label}
        <span className="muted">{size}</span>
      </summary>
      <div className="json-children">
        {entries.slice(0, limit).map(([key, item]) => (
          <Node key={key} name={key} value={item} depth={depth + 1} />
        ))}
        {entries.length > limit ? (
          <button type="button" className="button small" onClick={() => setLimit(limit + SHOWN)}>
            {entries.length - limit} more
          </button>
        ) : null}
      </div>
    </details>
  );
}

function leafText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value === undefined ? "undefined" : String(value);
}
