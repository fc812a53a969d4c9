/** What the page asks: proposals, the one in view, and jobs whose weights can become orders. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import { isMoving } from "./targets";
import type { Job, Proposal } from "./types";

export const PATH = "portfolio/rebalancing";
const OFTEN_MS = 1_000;
const SELDOM_MS = 10_000;

/** The proposal in view, read again each second while it lives: it survives a reload of the page. */
export const useProposal = (id: string | undefined) =>
  useQuery({
    queryKey: ["rebalancing", id],
    queryFn: ({ signal }) => get<Proposal>(`${PATH}/${encodeURIComponent(id ?? "")}`, {}, signal),
    enabled: id !== undefined,
    staleTime: 0,
    refetchInterval: (query) => intervalOf(query.state.status, query.state.data),
  });

/** What is not there does not come; what is over changes no more. */
function intervalOf(status: string, proposal: Proposal | undefined): number | false {
  if (status === "error" && !proposal) return false;
  return proposal && !isMoving(proposal) ? SELDOM_MS : OFTEN_MS;
}

export const useProposals = (account: string) =>
  useQuery({
    queryKey: ["rebalancing", "list", account],
    queryFn: ({ signal }) =>
      get<{ items: Proposal[]; problems: string[] }>(PATH, { account_id: account, limit: 10 }, signal),
    enabled: account !== "",
    refetchInterval: SELDOM_MS,
  });

export const useAllocations = () =>
  useQuery({
    queryKey: ["jobs", "allocations"],
    queryFn: ({ signal }) => get<{ items: Job[] }>("jobs", { kind: "analysis", limit: 200 }, signal),
    select: (page) => page.items.filter((job) => job.state === "DONE" && job.propose !== ""),
  });
