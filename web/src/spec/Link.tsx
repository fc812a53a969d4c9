/** A link to another page that does not load the document again. */
import type { MouseEvent, ReactNode } from "react";
import { useSpec } from "./context";

export function Link({ to, children, className }: { to: string; children: ReactNode; className?: string }) {
  const { navigate, href } = useSpec();
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a className={className ?? "spec-link"} href={href(to)} onClick={follow}>
      {children}
    </a>
  );
}
