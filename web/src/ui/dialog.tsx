/** A modal dialog: the browser's own, which traps focus, closes on Escape and gives the focus back. */
import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

export type DialogProps = {
  title: string;
  children: ReactNode;
  onClose: () => void;
  /** "sheet" comes from the right, full height. */
  shape?: "box" | "sheet";
  tone?: "danger" | undefined;
  wide?: boolean;
};

/** Shown while mounted. */
export function Dialog({ title, children, onClose, shape = "box", tone, wide }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const close = useRef(onClose);
  close.current = onClose;
  // Before the element goes: closed only afterwards, it could not give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (!element.open) element.showModal();
    const onCancel = (event: Event) => {
      event.preventDefault();
      close.current();
    };
    element.addEventListener("cancel", onCancel);
    return () => {
      element.removeEventListener("cancel", onCancel);
      element.close();
    };
  }, []);
  const name = `dialog dialog-${shape}${tone ? ` dialog-${tone}` : ""}${wide ? " dialog-wide" : ""}`;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it by the browser's own cancel event
    <dialog
      ref={dialog}
      className={name}
      aria-labelledby={titleId}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-frame">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
            <X size={15} aria-hidden="true" />
          </button>
        </header>
        <div className="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}
