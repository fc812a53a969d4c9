/** A titled box, the unit every page is made of. */
import { type ReactNode, useId } from "react";

type PanelProps = {
  title: string;
  /** Shown at the right end of the title line. */
  tools?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without the inner margin: tables and charts. */
  flush?: boolean;
};

export function Panel({ title, tools, children, className = "", flush = false }: PanelProps) {
  const titleId = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={titleId}>
      <header className="panel-head">
        <h2 id={titleId} className="panel-title">
          {title}
        </h2>
        {tools ? <div className="panel-tools">{tools}</div> : null}
      </header>
      <div className={flush ? "panel-body flush" : "panel-body"}>{children}</div>
    </section>
  );
}
