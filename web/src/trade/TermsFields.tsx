/** The fields of a ticket that most orders do without: triggers, the end, display, promises, exits. */
import type { Instrument, TrailingOffsetType, TriggerSource } from "../api/types";
import { stepBy } from "../lib/decimal";
import { formatWord } from "../lib/format";
import { StepField } from "./StepField";
import {
  canHaveExits,
  canPromise,
  canRest,
  hasTrigger,
  isStop,
  isTrailing,
  SOURCE_WORDS,
  type Terms,
} from "./terms";
import type { Ticket, TicketErrors } from "./ticket";

type TermsProps = {
  ticket: Ticket;
  instrument: Instrument;
  errors: TicketErrors;
  lastPrice: () => string;
  onChange: (terms: Partial<Terms>) => void;
};

const SOURCES = Object.keys(SOURCE_WORDS) as TriggerSource[];

/** What a stop needs: the trigger or the distance it trails by, and the price that is compared. */
export function TriggerFields({ ticket, instrument, errors, lastPrice, onChange }: TermsProps) {
  const { terms, orderType } = ticket;
  if (!isStop(orderType)) return null;
  const isPrice = terms.offsetType === "PRICE";
  const tick = instrument.tick_size;
  return (
    <>
      {hasTrigger(orderType) ? (
        <StepField
          label="Trigger price"
          value={terms.trigger}
          error={errors.trigger}
          unit={instrument.quote_currency}
          onChange={(trigger) => onChange({ trigger })}
          onStep={(count) => onChange({ trigger: stepBy(terms.trigger || lastPrice(), tick, count) })}
        />
      ) : null}
      {isTrailing(orderType) ? (
        <StepField
          label="Trails by"
          value={terms.offset}
          error={errors.offset}
          unit={isPrice ? instrument.quote_currency : "basis points"}
          onChange={(offset) => onChange({ offset })}
          onStep={(count) => onChange({ offset: stepBy(terms.offset, isPrice ? tick : "1", count) })}
        />
      ) : null}
      <div className="form-row">
        {isTrailing(orderType) ? (
          <label className="field">
            <span>Distance in</span>
            <select
              value={terms.offsetType}
              onChange={(event) => onChange({ offsetType: event.target.value as TrailingOffsetType })}
            >
              <option value="PRICE">Price</option>
              <option value="BASIS_POINTS">Basis points</option>
            </select>
          </label>
        ) : null}
        <label className="field">
          <span>Triggered by</span>
          <select
            value={terms.source}
            onChange={(event) => onChange({ source: event.target.value as TriggerSource })}
          >
            {SOURCES.map((item) => (
              <option key={item} value={item}>
                {SOURCE_WORDS[item]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </>
  );
}

/** When a GTD order ends. */
export function ExpiryField({ ticket, onChange }: Pick<TermsProps, "ticket" | "onChange">) {
  if (ticket.timeInForce !== "GTD") return null;
  return (
    <label className="field">
      <span>Ends (UTC, trading time)</span>
      <input
        type="datetime-local"
        value={ticket.terms.expires}
        onChange={(event) => onChange({ expires: event.target.value })}
      />
    </label>
  );
}

/** Exits, display and promises, folded away until they are wanted. */
export function MoreFields({ ticket, instrument, errors, lastPrice, onChange }: TermsProps) {
  const { terms, orderType } = ticket;
  const rests = canRest(orderType, ticket.timeInForce);
  const exits = canHaveExits(orderType);
  return (
    <>
      {exits ? (
        <details className="more">
          <summary>Take profit, stop loss</summary>
          <div className="more-fields">
            <ExitField
              name="takeProfit"
              label="Take profit"
              {...{ ticket, instrument, errors, lastPrice, onChange }}
            />
            <ExitField
              name="stopLoss"
              label="Stop loss"
              {...{ ticket, instrument, errors, lastPrice, onChange }}
            />
            <p className="more-note">
              Fills arm the exits. The core holds them: while it is down nothing protects the position.
            </p>
          </div>
        </details>
      ) : null}
      <details className="more">
        <summary>More terms</summary>
        <div className="more-fields">
          {rests ? (
            <StepField
              label="Shown at a time"
              value={terms.display}
              error={errors.display}
              unit="all where empty"
              onChange={(display) => onChange({ display })}
              onStep={(count) => onChange({ display: stepBy(terms.display, instrument.lot_size, count) })}
            />
          ) : null}
          {canPromise(orderType, ticket.timeInForce) ? (
            <Check
              label="Post only: never take liquidity"
              isOn={terms.postOnly}
              onChange={(postOnly) => onChange({ postOnly })}
            />
          ) : null}
          <Check
            label="Reduce only: never open a position"
            isOn={terms.reduceOnly}
            onChange={(reduceOnly) => onChange({ reduceOnly })}
          />
        </div>
      </details>
    </>
  );
}

function ExitField({
  name,
  label,
  ticket,
  instrument,
  errors,
  lastPrice,
  onChange,
}: TermsProps & { name: "takeProfit" | "stopLoss"; label: string }) {
  const value = ticket.terms[name];
  const from = () => value || ticket.price || lastPrice();
  return (
    <StepField
      label={label}
      value={value}
      error={errors[name]}
      unit={`${name === "takeProfit" ? "limit" : "stop"}, ${instrument.quote_currency}`}
      onChange={(text) => onChange({ [name]: text })}
      onStep={(count) => onChange({ [name]: stepBy(from(), instrument.tick_size, count) })}
    />
  );
}

function Check(props: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={props.isOn}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

/** What a type or a time is called, with who does it where the venue does not. */
export function choiceWords(word: string, byVenue: readonly string[] | undefined): string {
  const text = word === word.toUpperCase() && word.length === 3 ? word : formatWord(word);
  return byVenue && !byVenue.includes(word) ? `${text} (by the core)` : text;
}
