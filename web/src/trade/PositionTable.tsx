/** What the account holds. */
import { useMemo } from "react";
import type { Instrument, Position } from "../api/types";
import { useDesk } from "../lib/desk";
import { arrowOf, classOf, formatMoney, formatPrice, formatQty, formatSigned } from "../lib/format";
import { type Column, LiveTable } from "../ui/LiveTable";
import { Empty } from "../ui/states";
import { digitsBy } from "./cells";

type PositionTableProps = { positions: readonly Position[]; instruments: readonly Instrument[] };

export function PositionTable({ positions, instruments }: PositionTableProps) {
  const setSymbol = useDesk((state) => state.setSymbol);
  const columns = useMemo((): Column<Position>[] => {
    const digits = digitsBy(instruments);
    const gain = (key: "unrealized" | "realized", title: string): Column<Position> => ({
      key,
      title,
      width: "112px",
      align: "right",
      render: (p) => (
        <span className={classOf(p[key])}>
          {arrowOf(p[key])} {formatSigned(p[key])}
        </span>
      ),
      sort: (p) => Number(p[key] ?? 0),
    });
    return [
      {
        key: "instrument",
        title: "Instrument",
        width: "minmax(96px,1fr)",
        render: (p) => p.instrument_id,
        sort: (p) => p.instrument_id,
      },
      {
        key: "qty",
        title: "Quantity",
        width: "90px",
        align: "right",
        render: (p) => formatQty(p.quantity),
        sort: (p) => Number(p.quantity),
      },
      {
        key: "average",
        title: "Average",
        width: "90px",
        align: "right",
        render: (p) => formatPrice(p.average_price, digits(p.instrument_id)),
      },
      {
        key: "last",
        title: "Last",
        width: "90px",
        align: "right",
        render: (p) => formatPrice(p.last_price, digits(p.instrument_id)),
      },
      {
        key: "value",
        title: "Value",
        width: "112px",
        align: "right",
        render: (p) => formatMoney(p.market_value),
        sort: (p) => Number(p.market_value ?? 0),
      },
      gain("unrealized", "Unrealized"),
      gain("realized", "Realized"),
    ];
  }, [instruments]);
  return (
    <LiveTable
      label="Positions"
      rows={positions}
      columns={columns}
      rowKey={(position) => `${position.account_id} ${position.instrument_id}`}
      onOpen={(position) => setSymbol(position.instrument_id)}
      minWidth={700}
      empty={<Empty title="Nothing is held" next="A fill opens a position." />}
    />
  );
}
