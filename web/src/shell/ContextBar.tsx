/** What is true for every page: where orders go, which account and symbol, what time it is, how fresh that is. */
import { OctagonX, Search } from "lucide-react";
import { useRef } from "react";
import { useAccounts, useFeedStatus, useInstruments, useTradingStates } from "../api/queries";
import type { Account, FeedView, Me, TradingStateItem } from "../api/types";
import { useConnection, usePainter, useTopicRows } from "../feed/hooks";
import { feed } from "../feed/line";
import { useDesk } from "../lib/desk";
import { formatAge, formatTime } from "../lib/format";
import type { Overlay } from "./context";
import { DisplayMenu } from "./DisplayMenu";
import { UserMenu } from "./UserMenu";

type ContextBarProps = { me: Me; open: (overlay: Overlay) => void };

export function ContextBar({ me, open }: ContextBarProps) {
  const accounts = useAccounts().data ?? [];
  const { account, setAccount } = useDesk();
  const chosen = accounts.find((item) => item.account_id === account);
  const status = useFeed();
  return (
    <header className="bar">
      <span className="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path className="mark-line" d="M4 22l7-8 5 4 12-12" />
          <path className="mark-base" d="M4 28h24" />
        </svg>
      </span>
      <ModeBadge account={chosen} feed={status} />
      <HaltedBadge />
      <label className="bar-field bar-account">
        <span className="visually-hidden">Account</span>
        <select value={account} onChange={(event) => setAccount(event.target.value)} title="Account">
          {accounts.length === 0 ? <option value="">No account</option> : null}
          {accounts.map((item) => (
            <option key={item.account_id} value={item.account_id}>
              {item.account_id}
            </option>
          ))}
        </select>
      </label>
      <SymbolField />
      <button
        type="button"
        className="bar-search"
        aria-label="Go to… Ctrl K"
        onClick={() => open("palette")}
        aria-keyshortcuts="Control+K"
      >
        <Search size={13} aria-hidden="true" />
        <span>Go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className="spacer" />
      <TradingClock feed={status} />
      <ConnectionBadge isCoreAway={status?.connected === false} />
      <DisplayMenu />
      <UserMenu me={me} />
      <button type="button" className="halt-button" onClick={() => open("halt")}>
        <OctagonX size={15} aria-hidden="true" />
        <span>Halt</span>
      </button>
    </header>
  );
}

/** What the feed is doing: live where the line is, as last read over REST otherwise. */
export function useFeed(): FeedView | undefined {
  const live = useTopicRows<FeedView>("feed");
  const read = useFeedStatus().data;
  return live[0] ?? read;
}

/** What is halted or reduced anywhere. */
export function useStates(): readonly TradingStateItem[] {
  const live = useTopicRows<TradingStateItem>("trading-state");
  const read = useTradingStates().data?.items;
  return (live.length > 0 ? live : (read ?? [])).filter((item) => item.state !== "ACTIVE");
}

/** Which mode to name: real money before anything else, then data that is no market's, then where orders go. */
export function modeOf(account: Account | undefined, status: FeedView | undefined): string {
  if (account?.environment === "LIVE") return "LIVE";
  if (status?.kind === "REPLAY" || status?.kind === "SIM") return status.kind;
  return account?.environment ?? status?.kind ?? "–";
}

function ModeBadge({ account, feed: status }: { account: Account | undefined; feed: FeedView | undefined }) {
  const mode = modeOf(account, status);
  const second = account && account.environment !== mode ? account.environment : null;
  return (
    <span
      className={`mode mode-${mode.toLowerCase()}`}
      title="Where market data comes from and where orders go"
    >
      {mode}
      {second ? <small>{second}</small> : null}
    </span>
  );
}

function HaltedBadge() {
  const states = useStates();
  const first = states[0];
  if (!first) return null;
  const where = first.scope === "GLOBAL" ? "all" : first.target;
  const text = states.length > 1 ? `${states.length} scopes` : where;
  return (
    <span className="badge badge-error" role="status">
      {first.state === "HALTED" ? "HALTED" : "REDUCING"} {text}
    </span>
  );
}

/** A box that jumps to a symbol by typing it. */
function SymbolField() {
  const instruments = useInstruments().data ?? [];
  const { symbol, setSymbol } = useDesk();
  const input = useRef<HTMLInputElement>(null);
  const take = (text: string) => {
    const wanted = text.trim().toUpperCase();
    const found =
      instruments.find((item) => item.instrument_id.toUpperCase() === wanted) ??
      instruments.find((item) => wanted !== "" && item.instrument_id.toUpperCase().startsWith(wanted));
    if (found) setSymbol(found.instrument_id);
    if (input.current) input.current.value = found?.instrument_id ?? symbol;
  };
  return (
    <label className="bar-field bar-symbol">
      <span className="visually-hidden">Symbol</span>
      <input
        key={symbol}
        ref={input}
        data-key="symbol"
        list="symbols"
        defaultValue={symbol}
        spellCheck={false}
        autoComplete="off"
        title="Symbol"
        onFocus={(event) => event.target.select()}
        onBlur={(event) => take(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") take(event.currentTarget.value);
          if (event.key === "Escape") {
            event.currentTarget.value = symbol;
            event.currentTarget.blur();
          }
        }}
      />
      <datalist id="symbols">
        {instruments.map((item) => (
          <option key={item.instrument_id} value={item.instrument_id} />
        ))}
      </datalist>
    </label>
  );
}

/** Trading time: the market's, which in a replay is not today. */
function TradingClock({ feed: status }: { feed: FeedView | undefined }) {
  const text = formatTime(status?.now);
  return (
    <span className="clock" title="Trading time (UTC)">
      <span className="clock-date">{text.slice(0, 10)}</span>
      <span className="clock-time">{text.slice(11)}</span>
      <abbr>UTC</abbr>
    </span>
  );
}

const WORDS = { live: "Live", delayed: "Delayed", stale: "Stale", offline: "Offline" };

/** How fresh what is shown is; a live line from a desk whose core is away is not live. */
function ConnectionBadge({ isCoreAway }: { isCoreAway: boolean }) {
  const line = useConnection();
  const isAway = isCoreAway && line === "live";
  const status = isAway ? "stale" : line;
  const age = useRef<HTMLSpanElement>(null);
  usePainter(() => {
    const seconds = feed.silence();
    const text = line === "live" || !Number.isFinite(seconds) ? "" : formatAge(seconds);
    if (age.current && age.current.textContent !== text) age.current.textContent = text;
  });
  return (
    <span className={`connection connection-${status}`} role="status" title="The live line to the desk">
      <span className="dot" aria-hidden="true" />
      {isAway ? "Core away" : WORDS[status]}
      <span ref={age} className="connection-age" aria-hidden="true" />
    </span>
  );
}
