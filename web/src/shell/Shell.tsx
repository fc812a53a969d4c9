/** The frame around every page: rail, context bar, tabs of the workspace, and what opens over them. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { usePages } from "../api/queries";
import type { Me } from "../api/types";
import { usePreferences } from "../lib/preferences";
import { Link, usePath } from "../lib/router";
import { Alerts } from "./Alerts";
import { ContextBar } from "./ContextBar";
import { keepContext, type Overlay } from "./context";
import { Rail } from "./Rail";
import { Routes } from "./Routes";
import { useContextInAddress } from "./useContextInAddress";
import { useKeys } from "./useKeys";
import { pagesOf, WORKSPACES } from "./workspaces";

const HelpDialog = lazy(() => import("./HelpDialog").then((module) => ({ default: module.HelpDialog })));
const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));
const HaltSheet = lazy(() => import("../halt/HaltSheet").then((module) => ({ default: module.HaltSheet })));

export function Shell({ me }: { me: Me }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const isCollapsed = usePreferences((state) => state.railCollapsed);
  const close = () => setOverlay(null);
  useContextInAddress();
  useKeys({ overlay, open: setOverlay, role: me.role });
  return (
    <div className="app" data-rail={isCollapsed ? "folded" : "open"}>
      <button type="button" className="skip-link" onClick={() => document.getElementById("main")?.focus()}>
        To the page
      </button>
      <ContextBar me={me} open={setOverlay} />
      <Rail role={me.role} />
      <main id="main" className="main" tabIndex={-1}>
        <Tabs me={me} />
        <Routes />
      </main>
      <Alerts />
      <Suspense fallback={null}>
        {overlay === "help" ? <HelpDialog onClose={close} /> : null}
        {overlay === "palette" ? <Palette me={me} open={setOverlay} onClose={close} /> : null}
        {overlay === "halt" ? <HaltSheet me={me} onClose={close} /> : null}
      </Suspense>
    </div>
  );
}

/** The pages of the workspace in view; a workspace written by hand has no others. */
function Tabs({ me }: { me: Me }) {
  const path = usePath();
  const pages = usePages();
  const workspace = WORKSPACES.find((item) => path === item.path || path.startsWith(`${item.path}/`));
  const shown = workspace ? pagesOf(pages.data ?? [], workspace.id, me.role) : [];
  const strip = useRef<HTMLElement>(null);
  const count = shown.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab moves when the path or the list does
  useEffect(() => {
    const active = strip.current?.querySelector<HTMLElement>(".tab-active");
    if (strip.current && active)
      strip.current.scrollLeft = active.offsetLeft - (strip.current.clientWidth - active.offsetWidth) / 2;
  }, [path, count]);
  if (shown.length < 2 || workspace?.isByHand) return null;
  return (
    <nav ref={strip} className="tabs" aria-label={`Pages of ${workspace?.title}`}>
      {shown.map((page) => (
        <Link
          key={page.id}
          to={page.path}
          search={keepContext}
          className={path === page.path ? "tab tab-active" : "tab"}
          isCurrent={path === page.path}
        >
          {page.title}
        </Link>
      ))}
    </nav>
  );
}
