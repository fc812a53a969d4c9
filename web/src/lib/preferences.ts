/** What a person chose about the page, kept in this browser. */
import { create } from "zustand";

export type Theme = "dark" | "light" | "contrast";
export type Density = "compact" | "cosy" | "touch";
export type UpDown = "blue-orange" | "green-red" | "red-green";

export type Preferences = {
  theme: Theme;
  density: Density;
  updown: UpDown;
  /** Single-letter keys, other than those that trade. */
  keys: boolean;
  /** b and s open a preview. */
  tradingKeys: boolean;
  railCollapsed: boolean;
  chartType: "auto" | "line";
};

const STORED_AS = "trade2026.preferences";
const DEFAULTS: Preferences = {
  theme: "dark",
  density: "compact",
  updown: "blue-orange",
  keys: true,
  tradingKeys: false,
  railCollapsed: false,
  chartType: "auto",
};
const CHOICES: { [K in keyof Preferences]?: readonly unknown[] } = {
  theme: ["dark", "light", "contrast"],
  density: ["compact", "cosy", "touch"],
  updown: ["blue-orange", "green-red", "red-green"],
  chartType: ["auto", "line"],
};

/** The preferences a stored text holds; what is missing or unknown is as it comes. */
export function readPreferences(text: string | null): Preferences {
  const read: Preferences = { ...DEFAULTS };
  let stored: unknown = null;
  try {
    stored = text === null ? null : JSON.parse(text);
  } catch {
    // Damaged: as it comes.
  }
  if (typeof stored !== "object" || stored === null) return read;
  for (const [name, value] of Object.entries(stored)) {
    const key = name as keyof Preferences;
    const choices = CHOICES[key];
    const fits = choices ? choices.includes(value) : typeof value === typeof DEFAULTS[key];
    if (key in DEFAULTS && fits) Object.assign(read, { [key]: value });
  }
  return read;
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null; // Storage is blocked.
  }
}

/** Write the look onto the document. */
export function applyLook(preferences: Preferences): void {
  const { dataset } = document.documentElement;
  dataset.theme = preferences.theme;
  dataset.density = preferences.density;
  dataset.updown = preferences.updown;
}

type Store = Preferences & { set: (change: Partial<Preferences>) => void };

export const usePreferences = create<Store>()((set, read) => ({
  ...readPreferences(stored()),
  set: (change) => {
    set(change);
    const { set: _, ...preferences } = read();
    applyLook(preferences);
    try {
      localStorage.setItem(STORED_AS, JSON.stringify(preferences));
    } catch {
      // Storage is blocked: the choice lasts as long as the page.
    }
  },
}));
