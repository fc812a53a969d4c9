/** The workspaces of the rail and the pages in each. */
import {
  Briefcase,
  ChartCandlestick,
  Cpu,
  FlaskConical,
  House,
  type LucideIcon,
  Microscope,
  ServerCog,
} from "lucide-react";
import type { PageHead } from "../api/types";
import { hasRole, type Role } from "../lib/roles";

export type Workspace = {
  id: string;
  title: string;
  icon: LucideIcon;
  key: string;
  path: string;
  /** One page written by hand, that the server does not describe. */
  isByHand?: boolean;
};

export const WORKSPACES: readonly Workspace[] = [
  { id: "home", title: "Home", icon: House, key: "h", path: "/home" },
  { id: "trade", title: "Trade", icon: ChartCandlestick, key: "t", path: "/trade", isByHand: true },
  { id: "portfolio", title: "Portfolio", icon: Briefcase, key: "p", path: "/portfolio" },
  { id: "research", title: "Research", icon: Microscope, key: "r", path: "/research" },
  { id: "strategies", title: "Strategies", icon: Cpu, key: "s", path: "/strategies" },
  { id: "sim", title: "Market", icon: FlaskConical, key: "m", path: "/sim", isByHand: true },
  { id: "ops", title: "Operations", icon: ServerCog, key: "o", path: "/ops" },
];

/** Whether a page needs something of the address before it can be shown. */
export function needsParameters(page: PageHead): boolean {
  return page.kind === "detail" || page.path.includes("{");
}

/** The pages of a workspace that a role may see and that stand for themselves, in their order. */
export function pagesOf(pages: readonly PageHead[], workspace: string, role: Role): PageHead[] {
  return pages
    .filter((page) => page.workspace === workspace && hasRole(role, page.role))
    .filter((page) => page.tab !== false && !needsParameters(page))
    .sort((left, right) => left.order - right.order);
}

/** Where the rail leads for a workspace: its first page. */
export function entryOf(pages: readonly PageHead[], workspace: Workspace, role: Role): string {
  if (workspace.isByHand) return workspace.path;
  return pagesOf(pages, workspace.id, role)[0]?.path ?? workspace.path;
}

export type Found<T extends PageHead> = { page: T; params: Record<string, string> };

/** The page at a path, with the parts of the path its `{names}` stand for; the most literal one wins. */
export function findPage<T extends PageHead>(pages: readonly T[], path: string): Found<T> | null {
  const parts = partsOf(path);
  let best: (Found<T> & { literal: number }) | null = null;
  for (const page of pages) {
    const params = match(partsOf(page.path), parts);
    if (params === null) continue;
    const literal = parts.length - Object.keys(params).length;
    if (best === null || literal > best.literal) best = { page, params, literal };
  }
  return best && { page: best.page, params: best.params };
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const given = parts[index] ?? "";
    if (name) params[name] = decodeURIComponent(given);
    else if (part !== given) return null;
  }
  return params;
}
