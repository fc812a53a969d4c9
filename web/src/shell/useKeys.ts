/** The keyboard of the whole page. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { usePages } from "../api/queries";
import { isTyping, KeyReader, moveRow } from "../lib/keys";
import { usePreferences } from "../lib/preferences";
import type { Role } from "../lib/roles";
import { navigate } from "../lib/router";
import { keepContext, type Overlay } from "./context";
import { entryOf, WORKSPACES } from "./workspaces";

type Options = { overlay: Overlay; open: (overlay: Overlay) => void; role: Role };

/** Chords that a page answers to itself, as events of this name on window with the chord as detail. */
export const CHORD_EVENT = "trade2026:chord";

export function useKeys({ overlay, open, role }: Options): void {
  const queries = useQueryClient();
  const pages = usePages().data;
  const handle = useRef<(chord: string, event: KeyboardEvent) => void>(() => {});
  handle.current = (chord, event) => {
    if (chord === "mod+k") {
      event.preventDefault();
      open(overlay === "palette" ? null : "palette");
      return;
    }
    const { keys, railCollapsed, set } = usePreferences.getState();
    if (!keys || overlay !== null || document.querySelector("dialog[open]") || isTyping(event.target)) return;
    const workspace = WORKSPACES.find((item) => chord === `g ${item.key}`);
    if (workspace) {
      navigate(entryOf(pages ?? [], workspace, role), keepContext);
      return;
    }
    const actions: Record<string, () => void> = {
      "?": () => open("help"),
      "[": () => set({ railCollapsed: !railCollapsed }),
      ".": () => document.querySelector<HTMLElement>("[data-key='display'] button")?.click(),
      "/": () => focusFilter(),
      j: () => moveRow(1),
      k: () => moveRow(-1),
      r: () => void queries.invalidateQueries(),
    };
    const action = actions[chord];
    if (action) {
      event.preventDefault();
      action();
    } else {
      window.dispatchEvent(new CustomEvent(CHORD_EVENT, { detail: chord }));
    }
  };
  useEffect(() => {
    const reader = new KeyReader();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.key === "Shift") return;
      const isPlain = !event.ctrlKey && !event.metaKey;
      if (isPlain && isTyping(event.target)) return;
      const chord = reader.read(event, performance.now());
      if (chord) handle.current(chord, event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Call `on` with each chord the shell leaves to the page. */
export function useChords(on: (chord: string) => void): void {
  const latest = useRef(on);
  latest.current = on;
  useEffect(() => {
    const listen = (event: Event) => latest.current((event as CustomEvent<string>).detail);
    window.addEventListener(CHORD_EVENT, listen);
    return () => window.removeEventListener(CHORD_EVENT, listen);
  }, []);
}

function focusFilter(): void {
  const filter = document.querySelector<HTMLElement>("main [data-filter], main input[type='search']");
  (filter ?? document.querySelector<HTMLElement>("[data-key='symbol']"))?.focus();
}
