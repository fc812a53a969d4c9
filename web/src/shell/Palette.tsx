/** Goes to any page, instrument, strategy or action by a few letters. */
import { Command } from "cmdk";
import { useState } from "react";
import { useInstruments, usePages, useStrategies } from "../api/queries";
import type { Me } from "../api/types";
import { useDesk } from "../lib/desk";
import { type Theme, usePreferences } from "../lib/preferences";
import { hasRole } from "../lib/roles";
import { navigate } from "../lib/router";
import { keepContext, type Overlay } from "./context";
import { needsParameters, WORKSPACES } from "./workspaces";
import "../styles/palette.css";

type PaletteProps = { me: Me; open: (overlay: Overlay) => void; onClose: () => void };
const THEMES: Theme[] = ["dark", "light", "contrast"];

export function Palette({ me, open, onClose }: PaletteProps) {
  const pages = (usePages().data ?? []).filter(
    (page) => hasRole(me.role, page.role) && !needsParameters(page),
  );
  const instruments = useInstruments().data ?? [];
  const strategies = useStrategies().data ?? [];
  const setSymbol = useDesk((state) => state.setSymbol);
  const set = usePreferences((state) => state.set);
  const strategyPage = pages.find((page) => page.workspace === "strategies")?.path;
  const go = (path: string, more: Record<string, string> = {}) => {
    onClose();
    navigate(path, (now) => ({ ...keepContext(now), ...more }));
  };
  const [typed, setTyped] = useState("");
  const order = /^(?:order\s*)?#?(\d{1,18})$/i.exec(typed.trim())?.[1];
  const titleOf = (id: string) => WORKSPACES.find((item) => item.id === id)?.title ?? id;
  return (
    <Command.Dialog
      open
      onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}
      label="Go to"
      overlayClassName="palette-scrim"
      contentClassName="palette"
      loop
    >
      <Command.Input
        placeholder="Page, symbol, strategy, action or number of an order"
        aria-label="Go to"
        value={typed}
        onValueChange={setTyped}
      />
      <Command.List label="Found">
        <Command.Empty>Nothing is called that.</Command.Empty>
        <Command.Group heading="Pages">
          {WORKSPACES.filter((item) => item.isByHand && !pages.some((page) => page.path === item.path)).map(
            (item) => (
              <Command.Item key={item.id} value={`page ${item.title}`} onSelect={() => go(item.path)}>
                {item.title} <small>{item.title}</small>
              </Command.Item>
            ),
          )}
          {pages.map((page) => (
            <Command.Item
              key={page.id}
              value={`page ${page.id} ${page.title}`}
              keywords={[...page.keywords, page.workspace]}
              onSelect={() => go(page.path)}
            >
              {page.title} <small>{titleOf(page.workspace)}</small>
            </Command.Item>
          ))}
        </Command.Group>
        {order ? (
          <Command.Group heading="Orders">
            <Command.Item value={`${typed} life of order`} onSelect={() => go("/trade", { order })}>
              Order {order} <small>its life from decision to settlement</small>
            </Command.Item>
          </Command.Group>
        ) : null}
        <Command.Group heading="Instruments">
          {instruments.slice(0, 500).map((item) => (
            <Command.Item
              key={item.instrument_id}
              value={`instrument ${item.instrument_id}`}
              onSelect={() => {
                setSymbol(item.instrument_id);
                go("/trade", { symbol: item.instrument_id });
              }}
            >
              {item.instrument_id} <small>{item.kind.replaceAll("_", " ").toLowerCase()}</small>
            </Command.Item>
          ))}
        </Command.Group>
        {strategyPage ? (
          <Command.Group heading="Strategies">
            {strategies.map((item) => (
              <Command.Item
                key={item.name}
                value={`strategy ${item.name}`}
                onSelect={() => go(strategyPage, { strategy: item.name })}
              >
                {item.name} <small>{item.summary}</small>
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading="Actions">
          <Command.Item value="action halt stop trading" onSelect={() => open("halt")}>
            Halt or resume trading…
          </Command.Item>
          <Command.Item value="action keys help" onSelect={() => open("help")}>
            Show the keys
          </Command.Item>
          {THEMES.map((theme) => (
            <Command.Item
              key={theme}
              value={`action theme ${theme}`}
              onSelect={() => {
                set({ theme });
                onClose();
              }}
            >
              Theme: {theme}
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}
