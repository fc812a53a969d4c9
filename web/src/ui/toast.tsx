/** Short messages that come and go, said to screen readers. */
import { X } from "lucide-react";
import { create } from "zustand";
import { Link } from "../lib/router";

export type Tone = "ok" | "info" | "warn" | "error";
type Toast = {
  id: number;
  tone: Tone;
  title: string;
  text?: string | undefined;
  /** The page that shows more. */
  link?: string | undefined;
  /** Messages of a group take one place: the latest, with how many there were. */
  group?: string | undefined;
  count: number;
};

const SHOWN = 4;
const useToasts = create<{ toasts: Toast[] }>()(() => ({ toasts: [] }));
let nextId = 1;

/** Show a message; errors stay until closed, others for six seconds. */
export function toast(message: Omit<Toast, "id" | "count">): void {
  const id = nextId;
  nextId += 1;
  const isLike = (other: Toast) =>
    message.group === undefined
      ? other.title === message.title && other.text === message.text
      : other.group === message.group;
  useToasts.setState(({ toasts }) => {
    const before = message.group === undefined ? undefined : toasts.find(isLike);
    const made = { ...message, id, count: (before?.count ?? 0) + 1 };
    return { toasts: [...toasts.filter((other) => !isLike(other)), made].slice(-SHOWN) };
  });
  if (message.tone !== "error") setTimeout(() => close(id), 6_000);
}

function close(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }));
}

/** Where toasts are shown: once, in the shell. */
export function Toaster() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <section className="toaster" aria-label="Messages" aria-live="polite">
      {toasts.map((item) => (
        <div
          key={item.id}
          className={`toast toast-${item.tone}`}
          role={item.tone === "error" ? "alert" : "status"}
        >
          <div className="toast-body">
            <p className="toast-title">
              {item.link ? <Link to={item.link}>{item.title}</Link> : item.title}
              {item.count > 1 ? ` (${item.count})` : null}
            </p>
            {item.text ? <p className="toast-text">{item.text}</p> : null}
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label="Close message"
            onClick={() => close(item.id)}
          >
            <X size={13} aria-hidden="true" />
          </button>
        </div>
      ))}
    </section>
  );
}
