/** What every part of a server-described page may ask for: names to fill in, what was loaded, where to go. */
import { createContext, useContext } from "react";
import type { Role } from "../lib/roles";
import type { Lookup } from "./pointer";
import type { Action, PageSpec } from "./types";

export type SpecContextValue = {
  page: PageSpec;
  role: Role | undefined;
  lookup: Lookup;
  /** The value at a pointer into all sources; throws PointerError. */
  read: (pointer: string) => unknown;
  /** Go to an address of the page's own, such as "/strategies/backtest?job=7". */
  navigate: (to: string) => void;
  /** The whole address of a page, for links. */
  href: (to: string) => string;
  /** Read everything on the page again. */
  refresh: () => void;
  actions: (ids: readonly string[]) => readonly Action[];
};

const Context = createContext<SpecContextValue | null>(null);
export const SpecProvider = Context.Provider;

export function useSpec(): SpecContextValue {
  const value = useContext(Context);
  if (!value) throw new Error("A part of a server-described page was used outside of one.");
  return value;
}

function readNothing(pointer: string): never {
  throw new Error(`Nothing is read at ${pointer}: the form stands on its own.`);
}

/** The page's way to read its sources; a form outside of a described page finds nothing. */
export function useRead(): SpecContextValue["read"] {
  return useContext(Context)?.read ?? readNothing;
}
