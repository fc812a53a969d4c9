/** What the context bar says for every page: the account and the symbol, kept in the address and here. */
import { create } from "zustand";

type Desk = {
  account: string;
  symbol: string;
  setAccount: (account: string) => void;
  setSymbol: (symbol: string) => void;
};

const STORED_AS = "trade2026.desk";

function initial(): { account: string; symbol: string } {
  const parameters = new URLSearchParams(window.location.search);
  let kept: { account?: string; symbol?: string } = {};
  try {
    kept = JSON.parse(localStorage.getItem(STORED_AS) ?? "{}");
  } catch {
    // Blocked or damaged: as it comes.
  }
  return {
    account: parameters.get("account") ?? kept.account ?? "",
    symbol: parameters.get("symbol") ?? kept.symbol ?? "",
  };
}

export const useDesk = create<Desk>()((set) => ({
  ...initial(),
  setAccount: (account) => set({ account }),
  setSymbol: (symbol) => set({ symbol }),
}));

useDesk.subscribe(({ account, symbol }) => {
  try {
    localStorage.setItem(STORED_AS, JSON.stringify({ account, symbol }));
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
});
