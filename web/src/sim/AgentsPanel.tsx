/** Who trades: every trader of the market with what it holds and what it made, or a line for each kind. */
import { useMemo, useState } from "react";
import { arrowOf, classOf, formatDecimal, formatSigned } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Panel } from "../ui/Panel";
import { Segmented } from "../ui/Segmented";
import { Empty, ErrorState, Loading } from "../ui/states";
import { type KindTotal, kindsOf, totalsOf } from "./agents";
import { useAgents } from "./queries";
import type { AgentRow, SimBook } from "./types";

type Shown = "agents" | "kinds";
type Where = "book" | "all";

export function AgentsPanel({ book }: { book: SimBook }) {
  const [where, setWhere] = useState<Where>("all");
  const [shown, setShown] = useState<Shown>("agents");
  const [kind, setKind] = useState("");
  const { rows, ...query } = useAgents(where === "book" ? book.instrument_id : undefined);
  const tools = (
    <>
      <label className="sim-kind">
        <span className="visually-hidden">Kind of trader</span>
        <select value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">All kinds</option>
          {kindsOf(rows ?? []).map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <Segmented
        label="Traders or kinds"
        value={shown}
        onChange={setShown}
        choices={[
          { value: "agents", title: "Each" },
          { value: "kinds", title: "By kind" },
        ]}
      />
      <Segmented
        label="Books counted"
        value={where}
        onChange={setWhere}
        choices={[
          { value: "all", title: "All books" },
          { value: "book", title: book.symbol },
        ]}
      />
    </>
  );
  const kept = useMemo(() => (rows ?? []).filter((row) => kind === "" || row.kind === kind), [rows, kind]);
  const totals = useMemo(() => totalsOf(kept), [kept]);
  const base = where === "book" ? book.base : "";
  return (
    <Panel title="Traders" tools={tools} flush className="sim-agents">
      {rows ? (
        <AgentTable
          rows={shown === "kinds" ? totals : kept}
          isTotals={shown === "kinds"}
          base={base}
          quote={book.quote}
        />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Loading rows={6} label="Loading the traders" />
      )}
    </Panel>
  );
}

type AgentTableProps = {
  rows: readonly (AgentRow | KindTotal)[];
  isTotals: boolean;
  /** What the inventory is counted in; "" where it is of several books. */
  base: string;
  quote: string;
};

function AgentTable({ rows, isTotals, base, quote }: AgentTableProps) {
  const columns = useMemo(() => columnsOf(isTotals, base, quote), [isTotals, base, quote]);
  return (
    <LiveTable
      key={String(isTotals)}
      label={isTotals ? "Kinds of traders" : "Traders"}
      rows={rows}
      columns={columns}
      rowKey={(row) => row.name}
      empty={<Empty title="No such traders" next="Choose all kinds above." />}
      initialSort={{ key: "pnl", descending: true }}
      minWidth={540}
    />
  );
}

function columnsOf(isTotals: boolean, base: string, quote: string): Column<AgentRow | KindTotal>[] {
  const amount = (
    key: "inventory" | "inventory_value" | "volume",
    title: string,
    digits: number,
  ): Column<AgentRow> => ({
    key,
    title,
    width: "1fr",
    align: "right",
    render: (row) => formatDecimal(row[key], digits),
    sort: (row) => Number(row[key]),
  });
  const count = (key: "orders" | "open_orders" | "trades", title: string): Column<AgentRow> => ({
    key,
    title,
    width: key === "open_orders" ? "48px" : "59px",
    align: "right",
    render: (row) => formatDecimal(row[key]),
    sort: (row) => row[key],
    minor: key !== "trades",
  });
  return [
    isTotals
      ? {
          key: "name",
          title: "Kind",
          width: "110px",
          render: (row) => `${row.name} (${"agents" in row ? row.agents : 1})`,
          sort: (row) => row.kind,
        }
      : { key: "name", title: "Name", width: "92px", render: (row) => row.name, sort: (row) => row.name },
    ...(isTotals
      ? []
      : [
          {
            key: "kind",
            title: "Kind",
            width: "74px",
            render: (row: AgentRow) => row.kind,
            sort: (row: AgentRow) => row.kind,
            minor: true,
          },
        ]),
    base ? amount("inventory", `Holds, ${base}`, 4) : amount("inventory_value", `Holds, ${quote}`, 0),
    {
      key: "pnl",
      title: `P&L, ${quote}`,
      width: "1fr",
      align: "right",
      render: (row) => (
        <span className={classOf(row.pnl)}>
          {arrowOf(row.pnl)} {formatSigned(row.pnl, 0)}
        </span>
      ),
      sort: (row) => Number(row.pnl),
    },
    count("orders", "Orders"),
    count("open_orders", "Open"),
    count("trades", "Trades"),
    amount("volume", `Volume, ${quote}`, 0),
  ];
}
