/** Two results of a kind side by side: figures and bars with their difference, curves in one chart. */
import { lazy, Suspense } from "react";
import { arrowOf, classOf, NOTHING } from "../lib/format";
import { Panel } from "../ui/Panel";
import { Empty, ErrorState, Loading } from "../ui/states";
import { isNumeric, numberOf, textOf } from "./cells";
import { usePalette } from "./charts/palette";
import { type LineData, linesOf, mergeLines } from "./charts/series";
import { useSpec } from "./context";
import { choicesOf } from "./form/schema";
import { PointerError, plainOf, resolvePointer, valueAt } from "./pointer";
import type { SourceState } from "./sources";
import type { BarOptions, Block, Figure, KpiOptions, LineOptions, Parameter } from "./types";
import { rowsOf } from "./views/view";
import { inWords } from "./words";

const LineChart = lazy(() => import("./charts/LineChart").then((module) => ({ default: module.LineChart })));

type CompareProps = { sources: Record<string, SourceState>; document: Record<string, unknown> };

export function ComparePage({ sources, document }: CompareProps) {
  const { page, lookup, read } = useSpec();
  const ids = [String(lookup("a") ?? ""), String(lookup("b") ?? "")] as const;
  if (!ids[0] || !ids[1]) {
    return (
      <Empty
        title="Choose two results to compare."
        next="Those that are done are offered at the head of this page."
      />
    );
  }
  for (const side of ["a", "b"]) {
    const source = sources[side];
    if (source?.status === "error") return <ErrorState error={source.error} onRetry={source.retry} />;
    if (source?.status !== "ready") return <Loading rows={8} label="Loading both results" />;
  }
  const names = namesOf(page.params ?? [], ids, read);
  return (
    <div className="spec-grid">
      {page.layout.map((block) => (
        <Compared key={block.title} block={block} names={names} document={document} />
      ))}
    </div>
  );
}

/** What each of the two is called where it is chosen; with its id where that is not known, or the same of both. */
export function namesOf(
  params: readonly Parameter[],
  ids: readonly [string, string],
  read: (pointer: string) => unknown,
): readonly [string, string] {
  const [a, b] = (["a", "b"] as const).map((side, at) => {
    const from = params.find((param) => param.name === side)?.choices_from;
    const choices = from && choicesOf({ "x-choices": from }, read);
    return choices?.find((choice) => choice.value === ids[at]);
  });
  if (a?.doc === b?.doc) return [a?.title ?? ids[0], b?.title ?? ids[1]];
  return [a?.doc || ids[0], b?.doc || ids[1]];
}

type ComparedProps = { block: Block; names: readonly [string, string]; document: Record<string, unknown> };

function Compared({ block, names, document }: ComparedProps) {
  const values = pairOf(block, document);
  return (
    <Panel
      title={block.title}
      className={`spec-block span-${block.view === "bar" ? 3 : (block.span ?? 1)}`}
      flush
    >
      {values instanceof PointerError ? (
        <ErrorState error={values} />
      ) : block.view === "kpi" ? (
        <Figures block={block} names={names} values={values} />
      ) : block.view === "bar" ? (
        <Bars block={block} names={names} values={values} />
      ) : (
        <Lines block={block} names={names} values={values} />
      )}
    </Panel>
  );
}

/** The value at a block's pointer into the first result, and at the same place of the second. */
export function pairOf(block: Block, document: Record<string, unknown>): [unknown, unknown] | PointerError {
  try {
    const second = block.data.replace(/^\/a(?=\/|$)/, "/b");
    const [a, b] = [block.data, second].map((pointer) =>
      inWords(resolvePointer(document, pointer), block.words),
    );
    return [a, b];
  } catch (error) {
    if (error instanceof PointerError) return error;
    throw error;
  }
}

/** Second less first; undefined where one is not a number. */
export function differenceOf(item: Figure, a: unknown, b: unknown): number | undefined {
  if (!isNumeric(item.format)) return undefined;
  const difference = numberOf(valueAt(b, item.key)) - numberOf(valueAt(a, item.key));
  return Number.isFinite(difference) ? Number(difference.toPrecision(12)) : undefined;
}

function Figures({ block, names, values: [a, b] }: SidesProps) {
  const { items } = block.opts as KpiOptions;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
    <section className="spec-scroll large" aria-label={`${block.title}, rows`} tabIndex={0}>
      <table className="spec-compare">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" className="right">
              {names[0]}
            </th>
            <th scope="col" className="right">
              {names[1]}
            </th>
            <th scope="col" className="right">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.key}>
              <th scope="row" title={item.doc}>
                {item.title}
              </th>
              <td className="right">{textOf(valueAt(a, item.key), item.format)}</td>
              <td className="right">{textOf(valueAt(b, item.key), item.format)}</td>
              <td className="right">
                <Difference item={item} value={differenceOf(item, a, b)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type SidesProps = { block: Block; names: readonly [string, string]; values: [unknown, unknown] };

function Difference({ item, value }: { item: Figure; value: number | undefined }) {
  if (value === undefined) return <span className="muted">{NOTHING}</span>;
  const text = textOf(value, item.format);
  const isBetter = item.good === "down" ? -value : value;
  const tone = item.good === undefined ? undefined : classOf(isBetter);
  return (
    <span className={tone}>
      {value > 0 ? `+${text}` : text} <span aria-hidden="true">{arrowOf(value)}</span>
    </span>
  );
}

export type BarPair = { name: string; a: number | undefined; b: number | undefined };

/** The bars of both by name, the largest first; undefined where one has none of that name. */
export function pairsOf(a: unknown, b: unknown, options: BarOptions): BarPair[] {
  const key = options.series[0]?.key ?? "";
  const found = new Map<string, BarPair>();
  for (const [side, rows] of [
    ["a", a],
    ["b", b],
  ] as const)
    for (const row of rowsOf(rows)) {
      const value = numberOf(valueAt(row, key));
      if (!Number.isFinite(value)) continue;
      const name = plainOf(valueAt(row, options.x));
      const pair = found.get(name) ?? { name, a: undefined, b: undefined };
      pair[side] = value;
      found.set(name, pair);
    }
  const size = (pair: BarPair) => Math.max(...knownOf(pair).map(Math.abs));
  const pairs = [...found.values()];
  if (!options.keep_order) pairs.sort((one, other) => size(other) - size(one));
  return options.limit === undefined ? pairs : pairs.slice(0, options.limit);
}

/** Those that there are: a name may be in one of both alone. */
const knownOf = ({ a, b }: BarPair) => [a, b].filter((value) => value !== undefined);

/** Second less first; undefined where one is not there. */
const changeOf = ({ a, b }: BarPair) =>
  a === undefined || b === undefined ? undefined : Number((b - a).toPrecision(12));

const BAR = 110;

function Bars({ block, names, values: [a, b] }: SidesProps) {
  const options = block.opts as BarOptions;
  const palette = usePalette();
  const pairs = pairsOf(a, b, options);
  if (pairs.length === 0) return <Empty title="Neither has a bar." />;
  const edge = Math.max(...pairs.flatMap(knownOf).map(Math.abs)) || 1;
  const isSigned = pairs.flatMap(knownOf).some((value) => value < 0);
  const zero = isSigned ? BAR / 2 : 0;
  const scale = (BAR - zero) / edge;
  const bar = (value: number | undefined, y: number, color: string | undefined) =>
    value === undefined ? null : (
      <rect
        x={value < 0 ? zero + value * scale : zero}
        y={y}
        width={Math.abs(value) * scale}
        height={5}
        fill={color}
      />
    );
  const text = (value: number | undefined) => textOf(value, options.format ?? "decimal");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reached by keyboard
    <section className="spec-scroll large" aria-label={`${block.title}, rows`} tabIndex={0}>
      <table className="spec-compare">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">
              <span className="visually-hidden">Bars</span>
            </th>
            {names.map((name, at) => (
              <th key={at === 0 ? "a" : "b"} scope="col" className="right">
                <svg width={8} height={8} aria-hidden="true">
                  <rect width={8} height={8} fill={palette.series[at]} />
                </svg>{" "}
                {name}
              </th>
            ))}
            <th scope="col" className="right">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={pair.name}>
              <th scope="row">{pair.name}</th>
              <td>
                <svg width={BAR} height={14} aria-hidden="true">
                  {bar(pair.a, 1, palette.series[0])}
                  {bar(pair.b, 8, palette.series[1])}
                </svg>
              </td>
              <td className="right">{text(pair.a)}</td>
              <td className="right">{text(pair.b)}</td>
              <td className="right">{text(changeOf(pair))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Lines({ block, names, values }: SidesProps) {
  const options = block.opts as LineOptions;
  const [a, b] = values.map((value) => linesOf(rowsOf(value), options)) as [LineData, LineData];
  const data = mergeLines([
    { label: names[0], data: a },
    { label: names[1], data: b },
  ]);
  if (data.x.length === 0) return <Empty title="Neither has a curve." />;
  return (
    <Suspense fallback={<Loading rows={5} label={`Drawing ${block.title}`} />}>
      <LineChart
        label={block.title}
        data={data}
        format={options.format ?? "decimal"}
        height={options.height ?? 240}
        canLog={options.log}
        hasRanges={options.ranges}
      />
    </Suspense>
  );
}
