/** The address as state: path and search parameters, links that do not load the document, and back and forward. */
import { type MouseEvent, type ReactNode, useSyncExternalStore } from "react";
import { basePath } from "../api/client";

export type Search = Record<string, string | undefined>;
type Address = { path: string; search: Search };
type SearchChange = Search | ((now: Search) => Search);

const listeners = new Set<() => void>();
let address: Address = readAddress();

/** Search parameters as plain strings: addresses stay readable, and every page reads its own. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** The address part of search parameters; empty ones are left out. */
export function stringifySearch(search: Search): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== "") parameters.set(name, value);
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

/** Where the page is: its path below the base, beginning with a slash. */
function readAddress(): Address {
  const base = basePath();
  const { pathname, search } = window.location;
  const below = pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1);
  return { path: `/${below.replace(/\/+$/, "")}`, search: parseSearch(search) };
}

function update(): void {
  address = readAddress();
  for (const listener of listeners) listener();
}

window.addEventListener("popstate", update);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The full address of a path of the page; a query in the path counts too. */
export function hrefOf(to: string, search: Search = {}): string {
  const [path = "/", text = ""] = to.split("?");
  return basePath() + path.replace(/^\/+/, "") + stringifySearch({ ...search, ...parseSearch(text) });
}

/** Go to a path, or stay (null) with other search parameters; what is not given is dropped. */
export function navigate(to: string | null, search: SearchChange = {}, replace = false): void {
  const next = typeof search === "function" ? search(address.search) : search;
  const href = hrefOf(to ?? address.path, next);
  const { pathname, search: query } = window.location;
  if (href === pathname + query) return;
  if (replace) window.history.replaceState(null, "", href);
  else window.history.pushState(null, "", href);
  update();
}

/** The path the page is at. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => address.path);
}

/** The search parameters of the address; the same object until they change. */
export function useSearch(): Search {
  return useSyncExternalStore(subscribe, () => address.search);
}

type LinkProps = {
  to: string;
  search?: SearchChange;
  className?: string | undefined;
  title?: string;
  /** Says to screen readers that this is the page in view. */
  isCurrent?: boolean;
  children: ReactNode;
};

/** A link within the page. */
export function Link({ to, search = {}, className, title, isCurrent, children }: LinkProps) {
  const now = useSearch();
  const wanted = typeof search === "function" ? search(now) : search;
  const follow = (event: MouseEvent) => {
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.defaultPrevented || event.button !== 0 || !isPlain) return;
    event.preventDefault();
    navigate(to, wanted);
  };
  return (
    <a
      href={hrefOf(to, wanted)}
      className={className}
      title={title}
      aria-current={isCurrent ? "page" : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
