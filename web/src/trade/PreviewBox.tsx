/** How the desk would answer: the verdict, what speaks against it, and what it would cost. */
import { formatMoney, formatPrice, formatQty } from "../lib/format";
import { FormError } from "../ui/FormError";
import type { PreviewState } from "./usePreview";

type PreviewBoxProps = {
  preview: PreviewState;
  currency: string;
  /** Decimals of the instrument's prices. */
  digits: number;
  isWaiting: boolean;
  onQuantity: (quantity: string) => void;
};

const VERDICTS = { APPROVED: "ok", REFUSED: "warn", DENIED: "error" } as const;

export function PreviewBox({ preview, currency, digits, isWaiting, onQuantity }: PreviewBoxProps) {
  const { data, error, isAsking } = preview;
  if (isWaiting) {
    return (
      <div className="preview preview-empty">
        <p>Enter a quantity and a price to see how the desk would answer.</p>
      </div>
    );
  }
  if (error) {
    return (
      <div className="preview">
        <FormError error={error} />
      </div>
    );
  }
  return (
    <div className="preview" aria-live="polite" aria-busy={isAsking}>
      <p className="preview-verdict">
        {data ? (
          <span className={`badge badge-${VERDICTS[data.verdict]}`}>
            {data.verdict === "APPROVED"
              ? "Would be taken"
              : data.verdict === "REFUSED"
                ? "Refused"
                : "Denied"}
          </span>
        ) : (
          <span className="badge">Asking…</span>
        )}
        {data?.text && !data.accepted && data.failures.length === 0 ? <span>{data.text}</span> : null}
      </p>
      {data?.held ? <p className="more-note">{data.text}</p> : null}
      {data && data.failures.length > 0 ? (
        <ul className="failures">
          {data.failures.map((failure) => (
            <li key={failure.check + failure.text}>
              {failure.text}
              {failure.used && failure.limit ? (
                <small>
                  {formatQty(failure.used)} of at most {formatQty(failure.limit)}
                </small>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {data && !data.accepted && data.largest_qty !== null && Number(data.largest_qty) > 0 ? (
        <button type="button" className="button" onClick={() => onQuantity(data.largest_qty as string)}>
          Use the largest quantity, {formatQty(data.largest_qty)}
        </button>
      ) : null}
      <dl className="facts">
        <div>
          <dt>Value</dt>
          <dd>{formatMoney(data?.notional, currency)}</dd>
        </div>
        <div>
          <dt>Reference price</dt>
          <dd>{formatPrice(data?.reference_price, digits)}</dd>
        </div>
        <div>
          <dt>Fee, estimated</dt>
          <dd>{formatMoney(data?.fee_estimate, currency)}</dd>
        </div>
      </dl>
    </div>
  );
}
