/** The frame around every page: rail, context bar, tabs of the workspace, and what opens over them. */
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { usePages } from "../api/queries";
import type { Me } from "../api/types";
import { usePreferences } from "../lib/preferences";
import { Alerts } from "./Alerts";
import { ContextBar } from "./ContextBar";
import { HelpDialog } from "./HelpDialog";
import { Rail } from "./Rail";
import { useContextInAddress } from "./useContextInAddress";
import { useKeys } from "./useKeys";
import { pagesOf, WORKSPACES } from "./workspaces";

const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));
const HaltSheet = lazy(() => import("../halt/HaltSheet").then((module) => ({ default: module.HaltSheet })));

export type Overlay = "palette" | "help" | "halt" | null;

export function Shell({ me }: { me: Me }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const isCollapsed = usePreferences((state) => state.railCollapsed);
  const close = () => setOverlay(null);
  useContextInAddress();
  useKeys({ overlay, open: setOverlay, role: me.role });
  return (
    <div className="app" data-rail={isCollapsed ? "folded" : "open"}>
      <a className="skip-link" href="#main" onClick={skipToMain}>
        To the page
      </a>
      <ContextBar me={me} open={setOverlay} />
      <Rail role={me.role} />
      <main id="main" className="main" tabIndex={-1}>
        <Tabs me={me} />
        <Outlet />
      </main>
      <Alerts />
      {overlay === "help" ? <HelpDialog onClose={close} /> : null}
      <Suspense fallback={null}>
        {overlay === "palette" ? <Palette me={me} open={setOverlay} onClose={close} /> : null}
        {overlay === "halt" ? <HaltSheet me={me} onClose={close} /> : null}
      </Suspense>
    </div>
  );
}

/** A jump within the page; the address is the router's, so it is not touched. */
function skipToMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** The pages of the workspace in view; the trade page has no others. */
function Tabs({ me }: { me: Me }) {
  const path = useLocation({ select: (location) => location.pathname });
  const pages = usePages();
  const workspace = WORKSPACES.find((item) => path === item.path || path.startsWith(`${item.path}/`));
  const shown = workspace ? pagesOf(pages.data ?? [], workspace.id, me.role) : [];
  if (shown.length < 2 || workspace?.id === "trade") return null;
  return (
    <nav className="tabs" aria-label={`Pages of ${workspace?.title}`}>
      {shown.map((page) => (
        <Link
          key={page.id}
          to={page.path as "/"}
          search={keepContext}
          activeOptions={{ exact: true, includeSearch: false }}
          className="tab"
          activeProps={{ className: "tab tab-active" }}
        >
          {page.title}
        </Link>
      ))}
    </nav>
  );
}

/** Account and symbol go with every link; what else a page keeps in the address is its own. */
export function keepContext(search: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  if (search.account) kept.account = search.account;
  if (search.symbol) kept.symbol = search.symbol;
  return kept;
}
