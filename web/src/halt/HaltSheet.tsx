/** Stopping trading in two steps over plain requests, so that it works when the live line does not. */
import { useState } from "react";
import { useTradingStates } from "../api/queries";
import type { Me, TradingStateItem } from "../api/types";
import { formatTime, formatWord } from "../lib/format";
import { hasRole } from "../lib/roles";
import { Dialog } from "../ui/dialog";
import { ErrorState, Forbidden } from "../ui/states";
import { HaltForm } from "./HaltForm";
import { HaltProgress } from "./HaltProgress";
import type { Target } from "./halting";
import { ResumeForm } from "./ResumeForm";
import "../styles/halt.css";

export function HaltSheet({ me, onClose }: { me: Me; onClose: () => void }) {
  const states = useTradingStates(2_000);
  const [sent, setSent] = useState<{ target: Target; reason: string } | null>(null);
  const [resuming, setResuming] = useState<TradingStateItem | null>(null);
  const held = (states.data?.items ?? []).filter((item) => item.state !== "ACTIVE");
  return (
    <Dialog title="Halt trading" onClose={onClose} shape="sheet" tone="danger">
      {held.length > 0 ? (
        <section className="held" aria-label="In force">
          <h3>In force</h3>
          <ul>
            {held.map((item) => (
              <li key={item.scope + item.target}>
                <div>
                  <p>
                    <strong>{item.state}</strong> {item.scope === "GLOBAL" ? "all trading" : item.target}
                    <small> {formatWord(item.scope)}</small>
                  </p>
                  <p className="held-text">
                    {item.text || "No reason given"} · {item.by} · {formatTime(item.wall ?? item.since)} UTC
                  </p>
                </div>
                {hasRole(me.role, "operator") ? (
                  <button type="button" className="button" onClick={() => setResuming(item)}>
                    Resume…
                  </button>
                ) : null}
              </li>
            ))}
          </ul>
          {hasRole(me.role, "operator") ? null : (
            <p className="held-text">Lifting a halt needs the role operator.</p>
          )}
        </section>
      ) : null}
      {states.isError && !states.data ? (
        <ErrorState error={states.error} onRetry={() => void states.refetch()} />
      ) : null}
      {resuming ? (
        <ResumeForm
          me={me}
          item={resuming}
          canResumeAt={states.data?.can_resume_at ?? null}
          onDone={() => {
            setResuming(null);
            setSent(null);
            void states.refetch();
          }}
          onBack={() => setResuming(null)}
        />
      ) : sent ? (
        <HaltProgress target={sent.target} reason={sent.reason} onAgain={() => setSent(null)} />
      ) : hasRole(me.role, "trader") ? (
        <HaltForm onHalt={(target, reason) => setSent({ target, reason })} />
      ) : (
        <Forbidden role="trader" detail="Ask someone who may, or use /ops/halt with their login." />
      )}
    </Dialog>
  );
}
