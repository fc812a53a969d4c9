/** A button with a small sheet below it; closes on Escape, on a click elsewhere and when focus leaves. */
import { type ReactNode, useEffect, useId, useRef, useState } from "react";

type MenuProps = {
  label: string;
  button: ReactNode;
  children: ReactNode | ((close: () => void) => ReactNode);
  className?: string;
};

export function Menu({ label, button, children, className }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const sheetId = useId();
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens for Escape from what is inside
    <div
      ref={root}
      className={`menu ${className ?? ""}`}
      onKeyDown={(event) => {
        if (event.key === "Escape" && isOpen) {
          event.stopPropagation();
          close();
        }
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !root.current?.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={opener}
        type="button"
        className="bar-button"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? sheetId : undefined}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen ? (
        <div id={sheetId} className="menu-sheet">
          {typeof children === "function" ? children(close) : children}
        </div>
      ) : null}
    </div>
  );
}
