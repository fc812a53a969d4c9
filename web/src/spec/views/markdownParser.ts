/** A small part of Markdown as a tree: headings, paragraphs, lists, tables, code. HTML in it stays text. */

export type Inline =
  | { kind: "text" | "code" | "strong" | "em"; text: string }
  | { kind: "link"; text: string; to: string };

export type Piece =
  | { kind: "heading"; level: number; content: Inline[] }
  | { kind: "paragraph"; content: Inline[] }
  | { kind: "list"; isOrdered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "code"; text: string };

const BULLET = /^\s*[-*]\s+/;
const NUMBER = /^\s*\d+[.)]\s+/;
const RULE_LINE = /^\s*\|?\s*:?-{3,}/;
const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** The pieces of a text. */
export function parseMarkdown(text: string): Piece[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const pieces: Piece[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] as string;
    if (line.trim() === "") {
      at += 1;
    } else if (line.startsWith("```")) {
      const end = lines.findIndex((each, index) => index > at && each.startsWith("```"));
      const stop = end < 0 ? lines.length : end;
      pieces.push({ kind: "code", text: lines.slice(at + 1, stop).join("\n") });
      at = stop + 1;
    } else {
      const [piece, next] = parsePiece(lines, at);
      pieces.push(piece);
      at = next;
    }
  }
  return pieces;
}

function parsePiece(lines: string[], at: number): [Piece, number] {
  const line = lines[at] as string;
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    const [, marks = "#", words = ""] = heading;
    return [{ kind: "heading", level: marks.length, content: parseInline(words) }, at + 1];
  }
  if (line.includes("|") && RULE_LINE.test(lines[at + 1] ?? "")) {
    const end = endOf(lines, at, (each) => each.includes("|"));
    const [head = [], , ...rows] = lines.slice(at, end).map(cellsOf);
    return [{ kind: "table", head, rows }, end];
  }
  for (const mark of [BULLET, NUMBER]) {
    if (mark.test(line)) {
      const end = endOf(lines, at, (each) => mark.test(each));
      const items = lines.slice(at, end).map((each) => parseInline(each.replace(mark, "")));
      return [{ kind: "list", isOrdered: mark === NUMBER, items }, end];
    }
  }
  const end = Math.max(
    endOf(
      lines,
      at,
      (each) => each.trim() !== "" && !BULLET.test(each) && !NUMBER.test(each) && !/^(#|```)/.test(each),
    ),
    at + 1,
  );
  return [{ kind: "paragraph", content: parseInline(lines.slice(at, end).join(" ")) }, end];
}

function endOf(lines: string[], from: number, isIn: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && isIn(lines[end] as string)) end += 1;
  return end;
}

function cellsOf(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => parseInline(cell.trim()));
}

/** Words with code, emphasis and links; a link that is not to this site or to https stays words. */
export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    found.push(inlineOf(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

function inlineOf([whole, code, strong, em, words, to]: RegExpMatchArray): Inline {
  if (code !== undefined) return { kind: "code", text: code };
  if (strong !== undefined) return { kind: "strong", text: strong };
  if (em !== undefined) return { kind: "em", text: em };
  if (words !== undefined && to !== undefined && isSafeLink(to)) return { kind: "link", text: words, to };
  return { kind: "text", text: whole };
}

/** Whether an address is of this site, or of another by https. */
export function isSafeLink(to: string): boolean {
  return /^\/(?![/\\])/.test(to) || /^https:\/\/[^\s"'<>]+$/.test(to);
}
