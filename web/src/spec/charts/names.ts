/** Where names of points have room: beside their point alone, over no other name and, where that can be, no point or line. */
import { widthOf } from "./words";

/** A point in pixels with its radius; `name` is "" for one that is only in the way. */
export type Mark = { x: number; y: number; radius: number; name: string; group: string };

export type Spot = { x: number; y: number };

export type Box = { left: number; top: number; right: number; bottom: number };

/** A name with the place it begins or ends at, on the line of its letters. */
export type Placed = { mark: number; x: number; y: number; anchor: "start" | "middle" | "end" };

const ASCENT = 9;
const DESCENT = 3;
const GAP = 3;
/** Between the ends of a name and other points with names: nearer ones would be taken for its own. */
const BESIDE = 10;

/** The names that have room, the same for the same marks: a name without room is left out.

Small groups come first, because a portfolio that stands out says more than one asset of many; then the order of
the marks. Each name takes the first side of its point that is free: right, left, above, below.
*/
export function placeNames(
  marks: readonly Mark[],
  frame: Box,
  lines: readonly (readonly Spot[])[] = [],
): Placed[] {
  const sizes = new Map<string, number>();
  for (const { group } of marks) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const order = marks
    .map((mark, at) => ({ mark, at }))
    .filter(({ mark }) => mark.name !== "")
    .sort(
      (one, other) =>
        (sizes.get(one.mark.group) ?? 0) - (sizes.get(other.mark.group) ?? 0) || one.at - other.at,
    );
  const points = marks.map(({ x, y, radius }) => boxAround(x, y, radius));
  const named = points.filter((_, at) => marks[at]?.name !== "");
  const taken: Box[] = [];
  const placed: Placed[] = [];
  for (const { mark, at } of order) {
    const own = points[at] as Box;
    const near = named.filter((each) => !meet(each, own)).map(widened);
    const sides = sidesOf(mark).filter(
      ({ box }) => isInside(box, frame) && !meetsAny(box, taken) && !meetsAny(box, near),
    );
    const isFree = (others: readonly Box[]) => (side: Side) =>
      !others.some((each) => each !== own && meet(side.box, each));
    const isOffLines = ({ box }: Side) => !lines.some((line) => crosses(line, box));
    const side =
      sides.find((each) => isFree(points)(each) && isOffLines(each)) ??
      sides.find(isFree(points)) ??
      sides.find(isFree(named));
    if (!side) continue;
    taken.push(side.box);
    placed.push({ mark: at, x: side.x, y: side.y, anchor: side.anchor });
  }
  return placed;
}

type Side = { x: number; y: number; anchor: Placed["anchor"]; box: Box };

function sidesOf({ x, y, radius, name }: Mark): Side[] {
  const width = widthOf(name);
  const away = radius + GAP;
  const middle = y + (ASCENT - DESCENT) / 2;
  const side = (at: number, line: number, anchor: Placed["anchor"]): Side => {
    const left = anchor === "start" ? at : anchor === "end" ? at - width : at - width / 2;
    return {
      x: at,
      y: line,
      anchor,
      box: { left, top: line - ASCENT, right: left + width, bottom: line + DESCENT },
    };
  };
  return [
    side(x + away, middle, "start"),
    side(x - away, middle, "end"),
    side(x, y - away - DESCENT, "middle"),
    side(x, y + away + ASCENT, "middle"),
  ];
}

const boxAround = (x: number, y: number, radius: number): Box => ({
  left: x - radius,
  top: y - radius,
  right: x + radius,
  bottom: y + radius,
});

const meet = (one: Box, other: Box) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

const widened = (box: Box): Box => ({ ...box, left: box.left - BESIDE, right: box.right + BESIDE });

/** Whether a line goes through a box. */
function crosses(line: readonly Spot[], box: Box): boolean {
  return line.slice(1).some((end, at) => goesThrough(line[at] as Spot, end, box));
}

/** The part of a stretch that is inside, by each pair of edges: something is left where it goes through. */
function goesThrough(start: Spot, end: Spot, { left, right, top, bottom }: Box): boolean {
  let [first, last] = [0, 1];
  for (const [from, step, low, high] of [
    [start.x, end.x - start.x, left, right],
    [start.y, end.y - start.y, top, bottom],
  ] as const) {
    if (step === 0) {
      if (from < low || from > high) return false;
      continue;
    }
    const ends = [(low - from) / step, (high - from) / step];
    first = Math.max(first, Math.min(...ends));
    last = Math.min(last, Math.max(...ends));
  }
  return first <= last;
}

const meetsAny = (box: Box, others: readonly Box[]) => others.some((each) => meet(box, each));

const isInside = (box: Box, frame: Box) =>
  box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
