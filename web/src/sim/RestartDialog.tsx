/** Makes the market anew from another seed. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../api/client";
import { toast } from "../ui/toast";
import { Guarded } from "./Guarded";
import { seedFault } from "./scenario";

type RestartDialogProps = { seed: number; onClose: () => void };

const WHAT =
  "The market begins anew: all traders, prices and values are made from the seed, and the same seed makes the " +
  "same market. Open orders end, those of the desk too; holdings and the desk's books stay as they are.";

export function RestartDialog({ seed, onClose }: RestartDialogProps) {
  const queries = useQueryClient();
  const [text, setText] = useState(String(seed + 1));
  const [fault, setFault] = useState<string | null>(null);
  const restart = useMutation({
    mutationFn: ({ reason, key }: { reason: string; key: string }) =>
      post("sim/restart", { seed: Number(text), reason }, { idempotencyKey: key }),
    onSuccess: () => {
      toast({ tone: "ok", title: `The market begins anew from seed ${text.trim()}` });
      void queries.invalidateQueries({ queryKey: ["sim"] });
      onClose();
    },
  });
  const check = () => {
    const wrong = seedFault(text);
    setFault(wrong);
    return wrong
      ? null
      : `End this market, with all its open orders, and begin anew from seed ${text.trim()}.`;
  };
  return (
    <Guarded
      title="Begin anew"
      text={WHAT}
      submit="Begin anew"
      tone="danger"
      check={check}
      send={restart.mutate}
      isPending={restart.isPending}
      error={restart.error}
      onClose={onClose}
    >
      <label className="spec-field">
        <span className="spec-field-title">Seed * (now {seed})</span>
        <input
          value={text}
          inputMode="numeric"
          autoComplete="off"
          aria-required="true"
          aria-invalid={fault ? true : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setFault(null);
          }}
        />
        {fault ? (
          <span className="spec-fault" role="alert">
            {fault}
          </span>
        ) : null}
      </label>
    </Guarded>
  );
}
