/** The workspaces, at the left side or, where the page is narrow, at the bottom. */
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { usePages } from "../api/queries";
import { usePreferences } from "../lib/preferences";
import type { Role } from "../lib/roles";
import { Link, usePath } from "../lib/router";
import { keepContext } from "./context";
import { entryOf, WORKSPACES } from "./workspaces";

export function Rail({ role }: { role: Role }) {
  const pages = usePages().data ?? [];
  const path = usePath();
  const { railCollapsed, set } = usePreferences();
  const Fold = railCollapsed ? PanelLeftOpen : PanelLeftClose;
  return (
    <nav className="rail" aria-label="Workspaces">
      <ul>
        {WORKSPACES.map((workspace) => {
          const isActive = path === workspace.path || path.startsWith(`${workspace.path}/`);
          const Icon = workspace.icon;
          return (
            <li key={workspace.id}>
              <Link
                to={entryOf(pages, workspace, role)}
                search={keepContext}
                className={isActive ? "rail-link rail-active" : "rail-link"}
                isCurrent={isActive}
                title={`${workspace.title} (g ${workspace.key})`}
              >
                <Icon size={17} strokeWidth={1.75} aria-hidden="true" />
                <span className="rail-title">{workspace.title}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      <button
        type="button"
        className="rail-link rail-fold"
        aria-label={railCollapsed ? "Unfold the rail" : "Fold the rail"}
        aria-expanded={!railCollapsed}
        onClick={() => set({ railCollapsed: !railCollapsed })}
      >
        <Fold size={17} strokeWidth={1.75} aria-hidden="true" />
        <span className="rail-title">Fold</span>
      </button>
    </nav>
  );
}
