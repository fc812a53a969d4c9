/** Draws parts of a server-described page in a test, on answers the test gives. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { SpecProvider } from "../../src/spec/context";
import { resolvePointer } from "../../src/spec/pointer";
import type { SourceState } from "../../src/spec/sources";
import type { PageSpec } from "../../src/spec/types";

export const PAGE: PageSpec = {
  id: "test",
  workspace: "ops",
  path: "/ops/test",
  title: "Test",
  doc: "A page.",
  kind: "board",
  order: 1,
  role: "viewer",
  keywords: [],
  sources: {},
  layout: [],
};

export type Shown = ReturnType<typeof render> & { visited: string[] };

/** Draw `children` on a page whose sources answered `document`. */
export function show(
  children: ReactNode,
  document: Record<string, unknown> = {},
  page: Partial<PageSpec> = {},
): Shown {
  const visited: string[] = [];
  const whole = { ...PAGE, ...page };
  const value = {
    page: whole,
    role: "admin" as const,
    lookup: (name: string) => ({ account: "PAPER", a: "one", b: "two" })[name],
    read: (pointer: string) => resolvePointer(document, pointer),
    navigate: (to: string) => visited.push(to),
    href: (to: string) => to,
    refresh: () => {},
    actions: (ids: readonly string[]) => (whole.actions ?? []).filter((action) => ids.includes(action.id)),
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const result = render(
    <QueryClientProvider client={client}>
      <SpecProvider value={value}>{children}</SpecProvider>
    </QueryClientProvider>,
  );
  return { ...result, visited };
}

/** A source that has answered, changed as the test wants. */
export function source(data: unknown, change: Partial<SourceState> = {}): SourceState {
  return {
    status: "ready",
    data,
    error: null,
    updatedAt: Date.now(),
    isFetching: false,
    isLive: false,
    retry: () => {},
    ...change,
  };
}
