/** Price and order book through time: the picture with its ranges, its pause and, for those who cannot see it, its table. */
import { Pause, Play, Table2 } from "lucide-react";
import { useRef, useState } from "react";
import { digitsOf } from "../lib/decimal";
import { formatClock } from "../lib/format";
import { ExportMenu } from "../spec/ExportMenu";
import { Panel } from "../ui/Panel";
import { Segmented } from "../ui/Segmented";
import type { BookStore } from "./book";
import { HeatCanvas } from "./HeatCanvas";
import { HeatTable, heatTable } from "./HeatTable";
import type { Mark } from "./heatPainter";
import type { Fit } from "./heatPicture";
import type { SimBook } from "./types";

type HeatMapProps = {
  book: SimBook;
  store: BookStore;
  marks: readonly Mark[];
  isFrozen: boolean;
  onFreeze: (isFrozen: boolean) => void;
};

const SPANS = [
  { value: "120", title: "2 min" },
  { value: "300", title: "5 min" },
  { value: "600", title: "10 min" },
];
const FITS: { value: Fit; title: string }[] = [
  { value: "book", title: "Book" },
  { value: "price", title: "Price" },
];

export function HeatMap({ book, store, marks, isFrozen, onFreeze }: HeatMapProps) {
  const [span, setSpan] = useState("600");
  const [fit, setFit] = useState<Fit>("book");
  const [isTable, setTable] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const digits = digitsOf(book.tick_size) ?? 2;
  const title = `Book and price, ${book.symbol}`;
  const tools = (
    <>
      {isFrozen ? <span className="badge badge-warn">Paused at {formatClock(store.now)}</span> : null}
      <Segmented
        label="Prices shown"
        value={fit}
        onChange={setFit}
        choices={FITS}
        className="sim-wide-only"
      />
      <Segmented label="Time shown" value={span} onChange={setSpan} choices={SPANS} />
      <button
        type="button"
        className="icon-button"
        aria-pressed={isFrozen}
        aria-label="Pause the pictures"
        title="Pause the pictures (p); the market goes on"
        onClick={() => onFreeze(!isFrozen)}
      >
        {isFrozen ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />}
      </button>
      <button
        type="button"
        className="icon-button"
        aria-pressed={isTable}
        aria-label={`${title} as a table`}
        title="Picture or table"
        onClick={() => setTable(!isTable)}
      >
        <Table2 size={14} aria-hidden="true" />
      </button>
      <ExportMenu
        title={title}
        data={() => heatTable(store.columns.list(), digits)}
        body={body}
        isChart={!isTable}
      />
    </>
  );
  return (
    <Panel title={title} tools={tools} flush className="sim-heat">
      <div ref={body} className="sim-heat-body">
        {isTable ? (
          <HeatTable book={book} store={store} isFrozen={isFrozen} />
        ) : (
          <HeatCanvas
            symbol={book.symbol}
            store={store}
            isFrozen={isFrozen}
            marks={marks}
            digits={digits}
            unit={book.base}
            spanMs={Number(span) * 1_000}
            fit={fit}
          />
        )}
      </div>
    </Panel>
  );
}
