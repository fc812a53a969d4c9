/** The one live line of the page. */
import { basePath, refreshSession } from "../api/client";
import { toast } from "../ui/toast";
import { Feed } from "./feed";

function addressOf(): string {
  const url = new URL(`${basePath()}ws/v1`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export const feed = new Feed({
  openSocket: () => new WebSocket(addressOf()),
  renew: async () => (await refreshSession()) !== null,
  onError: (text) => toast({ tone: "warn", title: "Live data", text }),
});

/** Keep the line open while signed in; gives the way to close it. */
export function startLine(): () => void {
  const onVisibility = () => feed.setHidden(document.hidden);
  feed.start();
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    feed.stop();
  };
}
