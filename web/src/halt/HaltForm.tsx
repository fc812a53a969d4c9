/** Step one: what to stop, what that does, and why. Step two: hold the button, or type the word. */
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import { get } from "../api/client";
import { useStrategyRuns } from "../api/queries";
import type { Order, Page, Scope } from "../api/types";
import { useDesk } from "../lib/desk";
import { covers, HOLD_MS, nameOf, type Target } from "./halting";

const RUNNING = new Set(["STARTING", "RUNNING", "RESTARTING", "STOPPING"]);

type HaltFormProps = { onHalt: (target: Target, reason: string) => void };

export function HaltForm({ onHalt }: HaltFormProps) {
  const { account, symbol } = useDesk();
  const runs = (useStrategyRuns().data ?? []).filter((run) => RUNNING.has(run.state));
  const [choice, setChoice] = useState("GLOBAL|");
  const [reason, setReason] = useState("");
  const [word, setWord] = useState("");
  const open = useQuery({
    queryKey: ["orders", "open", "all"],
    queryFn: ({ signal }) => get<Page<Order>>("orders", { status: "open", limit: 1000 }, signal),
    refetchInterval: 3_000,
  });
  const target = targetOf(choice);
  const working = open.data?.items.filter((order) => covers(target, order)).length;
  const stopped = runs.filter(
    (run) =>
      target.scope === "GLOBAL" ||
      (target.scope === "ACCOUNT" && run.account_id === target.target) ||
      (target.scope === "STRATEGY" && run.run_id === target.target),
  );
  const halt = () => onHalt(target, reason.trim() || "Halted from the page");
  const venue = symbol.slice(symbol.lastIndexOf(".") + 1);
  return (
    <form
      className="halt-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (word === "HALT") halt();
      }}
    >
      <label className="field">
        <span>Stop</span>
        <select value={choice} onChange={(event) => setChoice(event.target.value)}>
          <option value="GLOBAL|">All trading</option>
          {account ? <option value={`ACCOUNT|${account}`}>Account {account}</option> : null}
          {symbol ? <option value={`INSTRUMENT|${symbol}`}>Instrument {symbol}</option> : null}
          {venue ? <option value={`VENUE|${venue}`}>Venue {venue}</option> : null}
          {runs.map((run) => (
            <option key={run.run_id} value={`STRATEGY|${run.run_id}`}>
              Strategy {run.run_id}
            </option>
          ))}
        </select>
      </label>
      <ul className="effects" aria-label="What this does">
        <li>
          {target.scope === "GLOBAL" ? "All new orders" : "New orders of "}
          {target.scope === "GLOBAL" ? null : <strong>{nameOf(target)}</strong>} are refused at once.
        </li>
        <li>
          {working === undefined ? "Working orders are" : <strong>{count(working, "working order")} </strong>}
          {working === 1 ? "is" : working === undefined ? "" : "are"} canceled.
        </li>
        {stopped.length > 0 ? (
          <li>
            <strong>{count(stopped.length, "strategy", "strategies")}</strong> can send nothing:{" "}
            {stopped.map((run) => run.run_id).join(", ")}.
          </li>
        ) : null}
        <li>Positions are kept. Nothing is sold or bought.</li>
      </ul>
      <label className="field">
        <span>Reason</span>
        <input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
      </label>
      <HoldButton onHeld={halt} />
      <p className="halt-or">or</p>
      <label className="field">
        <span>Type HALT and press Enter</span>
        <input
          value={word}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setWord(event.target.value)}
        />
      </label>
      <button type="submit" className="button button-danger button-wide" disabled={word !== "HALT"}>
        Halt {nameOf(target)}
      </button>
    </form>
  );
}

function targetOf(choice: string): Target {
  const at = choice.indexOf("|");
  return { scope: choice.slice(0, at) as Scope, target: choice.slice(at + 1) };
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Acts after it was held for a second, by pointer or by Space or Enter; letting go earlier does nothing. */
function HoldButton({ onHeld }: { onHeld: () => void }) {
  const [isHeld, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = () => {
    if (timer.current) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setHeld(false);
      onHeld();
    }, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setHeld(false);
  };
  return (
    <button
      type="button"
      className={isHeld ? "hold hold-held" : "hold"}
      style={{ "--hold": `${HOLD_MS}ms` } as CSSProperties}
      onPointerDown={(event) => {
        if (event.button === 0) begin();
      }}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onBlur={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== " " && event.key !== "Enter") return;
        event.preventDefault();
        begin();
      }}
      onKeyUp={end}
    >
      <span>{isHeld ? "Keep holding…" : "Hold for one second to halt"}</span>
    </button>
  );
}
