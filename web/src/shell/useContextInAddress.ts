/** Keeps the account and the symbol of the context bar in the address, and takes them from there. */
import { useEffect } from "react";
import { useAccounts, useInstruments } from "../api/queries";
import { useDesk } from "../lib/desk";
import { navigate, useSearch } from "../lib/router";

export function useContextInAddress(): void {
  const { account, symbol, setAccount, setSymbol } = useDesk();
  const search = useSearch();
  const accounts = useAccounts().data;
  const instruments = useInstruments().data;

  useEffect(() => {
    if (search.account) setAccount(search.account);
  }, [search.account, setAccount]);
  useEffect(() => {
    if (search.symbol) setSymbol(search.symbol);
  }, [search.symbol, setSymbol]);

  // What is not there (or no longer) gives way to the first that is.
  const firstAccount = accounts?.[0]?.account_id;
  const isKnownAccount = accounts?.some((item) => item.account_id === account) ?? true;
  useEffect(() => {
    if (firstAccount && !isKnownAccount) setAccount(firstAccount);
  }, [firstAccount, isKnownAccount, setAccount]);
  const firstSymbol = instruments?.[0]?.instrument_id;
  const isKnownSymbol = instruments?.some((item) => item.instrument_id === symbol) ?? true;
  useEffect(() => {
    if (firstSymbol && !isKnownSymbol) setSymbol(firstSymbol);
  }, [firstSymbol, isKnownSymbol, setSymbol]);

  // A choice goes into the address; an address typed by hand has come in by the effects above.
  useEffect(() => {
    if (account || symbol) navigate(null, (now) => ({ ...now, account, symbol }), true);
  }, [account, symbol]);
}
