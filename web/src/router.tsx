/** Addresses of pages: `/trade` is written by hand, all others are looked up among the pages the server describes. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from "@tanstack/react-router";
import { basePath } from "./api/client";
import { App } from "./shell/App";
import { DescribedPage } from "./shell/DescribedPage";

export type Search = Record<string, string | undefined>;

/** Search parameters as plain strings: addresses stay readable, and every page reads its own. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** The address part of search parameters; empty ones are left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

const rootRoute = createRootRoute({ component: App, validateSearch: (search): Search => search as Search });
const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  component: () => <Navigate to="/$" params={{ _splat: "home" }} search={true} replace />,
});
const tradeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/trade",
  component: lazyRouteComponent(() => import("./trade/TradePage"), "TradePage"),
});
const describedRoute = createRoute({ getParentRoute: () => rootRoute, path: "/$", component: DescribedPage });

export function makeRouter() {
  return createRouter({
    routeTree: rootRoute.addChildren([indexRoute, tradeRoute, describedRoute]),
    basepath: basePath(),
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
