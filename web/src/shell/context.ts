/** What the parts of the shell tell each other. */
import type { Search } from "../lib/router";

export type Overlay = "palette" | "help" | "halt" | null;

/** Account and symbol go with every link; what else a page keeps in the address is its own. */
export function keepContext(search: Search): Search {
  return { account: search.account, symbol: search.symbol };
}
