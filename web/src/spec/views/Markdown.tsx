/** Text with a little structure; a list of sentences is drawn as one, a warning so that nobody misses it. */
import { TriangleAlert } from "lucide-react";
import { createElement, type ReactNode } from "react";
import { basePath } from "../../api/client";
import { Link } from "../Link";
import { plainOf } from "../pointer";
import type { TextOptions } from "../types";
import { type Inline, type Piece, parseInline, parseMarkdown } from "./markdownParser";
import type { ViewProps } from "./view";

export default function Markdown({ block, value }: ViewProps) {
  const { text, warning, here, group } = (block.opts ?? {}) as TextOptions;
  const pieces = text === undefined ? piecesOf(withAddress(value, here), group) : parseMarkdown(text);
  const body = pieces.map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text never move
    <PieceView key={at} piece={piece} />
  ));
  if (!warning) return <div className="spec-markdown">{body}</div>;
  return (
    <div className="spec-markdown spec-warning" role="note">
      <TriangleAlert size={16} aria-hidden="true" />
      <div>{body}</div>
    </div>
  );
}

/** A text with this page's own address where another stands for it. */
function withAddress(value: unknown, here: string | undefined): unknown {
  if (!here || typeof value !== "string") return value;
  return value.replaceAll(here, `${window.location.origin}${basePath()}`.replace(/\/$/, ""));
}

/** A list of sentences as a list, any other text as Markdown.

With `group`, sentences that begin with the same word and a colon have a list of their own, below that line.
*/
export function piecesOf(value: unknown, group?: string): Piece[] {
  if (!Array.isArray(value)) return parseMarkdown(plainOf(value));
  const byName = new Map<string, string[]>();
  for (const each of value) {
    const text = plainOf(each);
    const name = (group && NAMED.exec(text)?.[1]) || "";
    byName.set(name, [...(byName.get(name) ?? []), name ? text.slice(name.length + 2) : text]);
  }
  return [...byName].flatMap(([name, texts]): Piece[] => {
    const list: Piece = { kind: "list", isOrdered: false, items: texts.map(parseInline) };
    if (!group || !name) return [list];
    return [{ kind: "paragraph", content: parseInline(group.replace("{name}", name)) }, list];
  });
}

const NAMED = /^([\w.-]+): /;

function PieceView({ piece }: { piece: Piece }): ReactNode {
  switch (piece.kind) {
    case "heading":
      return createElement(`h${Math.min(piece.level + 2, 6)}`, null, <Words content={piece.content} />);
    case "paragraph":
      return (
        <p>
          <Words content={piece.content} />
        </p>
      );
    case "code":
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      return <pre tabIndex={0}>{piece.text}</pre>;
    case "list":
      return createElement(
        piece.isOrdered ? "ol" : "ul",
        null,
        piece.items.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items of a text never move
          <li key={at}>
            <Words content={item} />
          </li>
        )),
      );
    default:
      return <TextTable piece={piece} />;
  }
}

function TextTable({ piece }: { piece: Extract<Piece, { kind: "table" }> }) {
  const cells = (row: Inline[][], tag: "th" | "td") =>
    row.map((cell, at) =>
      createElement(tag, { key: at, scope: tag === "th" ? "col" : undefined }, <Words content={cell} />),
    );
  return (
    <table>
      <thead>
        <tr>{cells(piece.head, "th")}</tr>
      </thead>
      <tbody>
        {piece.rows.map((row, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a text never move
          <tr key={at}>{cells(row, "td")}</tr>
        ))}
      </tbody>
    </table>
  );
}

function Words({ content }: { content: Inline[] }): ReactNode {
  return content.map((part, at) => {
    const key = `${at} ${part.text}`;
    if (part.kind === "code") return <code key={key}>{part.text}</code>;
    if (part.kind === "strong") return <strong key={key}>{part.text}</strong>;
    if (part.kind === "em") return <em key={key}>{part.text}</em>;
    if (part.kind !== "link") return part.text;
    if (part.to.startsWith("/")) {
      return (
        <Link key={key} to={part.to}>
          {part.text}
        </Link>
      );
    }
    return (
      <a key={key} className="spec-link" href={part.to} rel="noreferrer noopener" target="_blank">
        {part.text}
      </a>
    );
  });
}
