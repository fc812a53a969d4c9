/** Shows alerts of the desk as they come, once each. */
import { useEffect, useRef } from "react";
import type { Alert } from "../api/types";
import { feed } from "../feed/line";
import { type Tone, toast } from "../ui/toast";

const TONES: Record<string, Tone> = { ERROR: "error", CRITICAL: "error", WARNING: "warn", WARN: "warn" };
const FRESH_MS = 60_000;

export function Alerts() {
  const shown = useRef(0);
  useEffect(() => {
    const { store, release } = feed.openRows("alerts");
    const stop = store.subscribe(() => {
      for (const row of store.list()) {
        const alert = row as unknown as Alert;
        if (alert.seq <= shown.current) continue;
        shown.current = alert.seq;
        // What happened before the page was opened is in the list of alerts, not news.
        if (Date.now() - new Date(alert.wall).getTime() > FRESH_MS) continue;
        const tone = TONES[String(alert.severity).toUpperCase()] ?? "info";
        toast({
          tone,
          title: alert.title,
          text: alert.text,
          link: alert.link || undefined,
          group: alert.title,
        });
      }
    });
    return () => {
      stop();
      release();
    };
  }, []);
  return null;
}
