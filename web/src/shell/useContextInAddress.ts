/** Keeps the account and the symbol of the context bar in the address, and takes them from there. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useAccounts, useInstruments } from "../api/queries";
import { useDesk } from "../lib/desk";

export function useContextInAddress(): void {
  const { account, symbol, setAccount, setSymbol } = useDesk();
  const search = useSearch({ strict: false }) as Record<string, string>;
  const navigate = useNavigate();
  const accounts = useAccounts().data;
  const instruments = useInstruments().data;

  useEffect(() => {
    if (search.account) setAccount(search.account);
  }, [search.account, setAccount]);
  useEffect(() => {
    if (search.symbol) setSymbol(search.symbol);
  }, [search.symbol, setSymbol]);

  // What is not there (or no longer) gives way to the first that is.
  useEffect(() => {
    const first = accounts?.[0]?.account_id;
    if (first && !accounts.some((item) => item.account_id === account)) choose("account", first);
  });
  useEffect(() => {
    const first = instruments?.[0]?.instrument_id;
    if (first && !instruments.some((item) => item.instrument_id === symbol)) choose("symbol", first);
  });
  useEffect(() => {
    if ((account && account !== search.account) || (symbol && symbol !== search.symbol)) {
      void navigate({
        to: ".",
        search: (now: Record<string, string>) => ({ ...now, account, symbol }),
        replace: true,
      } as never);
    }
    // Only when the choice changes: an address typed by hand comes in by the effects above.
    // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  }, [account, symbol]);

  function choose(name: "account" | "symbol", value: string): void {
    if (name === "account") setAccount(value);
    else setSymbol(value);
  }
}
