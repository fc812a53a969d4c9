/** From weights to orders: what is wanted on the left, the proposal with all it would do on the right. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { post } from "../api/client";
import { useMe } from "../api/queries";
import { useDesk } from "../lib/desk";
import { hasRole } from "../lib/roles";
import { navigate, useSearch } from "../lib/router";
import { Empty, ErrorState, Loading } from "../ui/states";
import { ProposalPanel } from "./ProposalPanel";
import { ProposalsPanel } from "./ProposalsPanel";
import { PATH, useProposal } from "./queries";
import { TargetForm } from "./TargetForm";
import type { Proposal, Wanted } from "./types";
import "../spec/styles/page.css";
import "../spec/styles/figures.css";
import "../spec/styles/tables.css";
import "../spec/styles/forms.css";
import "../spec/styles/narrow.css";
import "./rebalance.css";

/** The proposal in view is in the address: a reload shows it again. */
export function showProposal(id: string | undefined): void {
  navigate(null, (now) => ({ ...now, proposal: id }));
}

export function RebalancePage() {
  const queries = useQueryClient();
  const { account } = useDesk();
  const { proposal: id, job } = useSearch();
  const isTrader = hasRole(useMe().data?.role, "trader");
  const shown = useProposal(id);
  const propose = useMutation({
    mutationFn: (wanted: Wanted) => post<Proposal>(PATH, wanted),
    onSuccess: (made) => {
      queries.setQueryData(["rebalancing", made.proposal_id], made);
      void queries.invalidateQueries({ queryKey: ["rebalancing", "list"] });
      showProposal(made.proposal_id);
    },
  });
  const state = shown.data?.state;
  useEffect(() => {
    if (state) void queries.invalidateQueries({ queryKey: ["rebalancing", "list"] });
  }, [state, queries]);
  useEffect(() => {
    window.document.title = "Rebalance · Trade2026";
  }, []);
  return (
    <div className="page spec-page rb-page">
      <header className="spec-head">
        <div>
          <h1>Rebalance</h1>
          <p>From weights to orders: proposed at live quotes, looked at, confirmed once.</p>
        </div>
      </header>
      <div className={id === undefined ? "rb-columns" : "rb-columns has-proposal"}>
        <TargetForm key={job} account={account} job={job ?? ""} isAllowed={isTrader} propose={propose} />
        <div className="rb-main">
          {id === undefined ? (
            <section className="panel">
              <Empty
                title="No proposal in view."
                next="Choose weights and propose: nothing is sent before you confirm."
              />
            </section>
          ) : shown.data ? (
            <ProposalPanel
              key={shown.data.proposal_id}
              proposal={shown.data}
              readAt={shown.dataUpdatedAt}
              isAllowed={isTrader}
              onAgain={propose.isPending ? undefined : () => propose.mutate(shown.data.request)}
            />
          ) : shown.isError ? (
            <section className="panel">
              <ErrorState error={shown.error} onRetry={() => void shown.refetch()} />
            </section>
          ) : (
            <Loading rows={10} label="Loading the proposal" />
          )}
          <ProposalsPanel account={account} chosen={id} />
        </div>
      </div>
    </div>
  );
}
