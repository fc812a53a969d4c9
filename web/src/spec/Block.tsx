/** The frame of a block: title, what it means, chart or table, files, a larger look; and the state of its source. */
import { Info, Maximize2, Table2 } from "lucide-react";
import { Component, type ReactNode, Suspense, useId, useMemo, useRef, useState } from "react";
import { useConnection } from "../feed/hooks";
import { Dialog } from "../ui/dialog";
import { Empty, ErrorState, Loading, Stale } from "../ui/states";
import { useSpec } from "./context";
import { ExportMenu } from "./ExportMenu";
import type { TableData } from "./exporting";
import { PointerError, partsOf, resolvePointer } from "./pointer";
import { parquetOf, type SourceState } from "./sources";
import type { Block as BlockSpec } from "./types";
import { viewOf } from "./views/registry";
import Table from "./views/Table";
import type { View } from "./views/view";
import { inWords } from "./words";

type BlockProps = {
  block: BlockSpec;
  sources: Record<string, SourceState>;
  document: Record<string, unknown>;
};

type Found = { value: unknown; fault: PointerError | null };

/** The value of a block, or why its pointer leads nowhere. */
export function blockValue(block: BlockSpec, document: Record<string, unknown>): Found {
  try {
    return { value: resolvePointer(document, block.data), fault: null };
  } catch (error) {
    if (error instanceof PointerError) return { value: undefined, fault: error };
    throw error;
  }
}

export function Block({ block, sources, document }: BlockProps) {
  const titleId = useId();
  const [isTable, setTable] = useState(false);
  const [isLarge, setLarge] = useState(false);
  const [isDocShown, setDocShown] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const { page, lookup } = useSpec();
  const view = viewOf(block);
  const source = sources[partsOf(block.data)[0] ?? ""];
  const { value: sent, fault } = blockValue(block, document);
  const value = useMemo(() => inWords(sent, block.words), [sent, block.words]);
  const isReady = source === undefined || source.status === "ready";
  const isDrawn = isReady && !fault && (view.readsMore || !view.isEmpty(value, block));
  const data = isDrawn && view.table ? view.table(value, block) : null;
  const content = (large: boolean) => (
    <BlockContent
      block={block}
      view={view}
      source={source}
      value={value}
      fault={fault}
      asTable={isTable}
      isLarge={large}
    />
  );
  const isFlush = block.view !== "kpi" && block.view !== "markdown" && isDrawn;
  return (
    <section
      className={`panel spec-block span-${block.span ?? 1} view-${block.view}`}
      aria-labelledby={titleId}
    >
      <header className="panel-head">
        <h2 id={titleId} className="panel-title">
          {block.title}
        </h2>
        {block.doc ? (
          <button
            type="button"
            className="icon-button"
            aria-expanded={isDocShown}
            aria-label={`About ${block.title}`}
            title={block.doc}
            onClick={() => setDocShown(!isDocShown)}
          >
            <Info size={13} aria-hidden="true" />
          </button>
        ) : null}
        <div className="panel-tools">
          {view.isChart && isDrawn ? (
            <button
              type="button"
              className="icon-button"
              aria-pressed={isTable}
              aria-label={`${block.title} as a table`}
              title="Chart or table"
              onClick={() => setTable(!isTable)}
            >
              <Table2 size={14} aria-hidden="true" />
            </button>
          ) : null}
          {data ? (
            <ExportMenu
              title={block.title}
              data={() => data}
              sent={() => (block.words && view.table ? view.table(sent, block) : data)}
              body={body}
              isChart={view.isChart === true && !isTable}
              parquet={parquetOf(page, block.data, sent, lookup) ?? undefined}
            />
          ) : null}
          {isDrawn && block.view !== "kpi" ? (
            <button
              type="button"
              className="icon-button"
              aria-label={`Expand ${block.title}`}
              title="Expand"
              onClick={() => setLarge(true)}
            >
              <Maximize2 size={13} aria-hidden="true" />
            </button>
          ) : null}
        </div>
      </header>
      {isDocShown ? <p className="spec-doc">{block.doc}</p> : null}
      <div ref={body} className={isFlush ? "panel-body flush" : "panel-body"}>
        {content(false)}
      </div>
      {source?.more && isDrawn ? (
        <footer className="spec-more">
          <button type="button" className="button small" disabled={source.isFetching} onClick={source.more}>
            {source.isFetching ? "Loading…" : "Load more"}
          </button>
        </footer>
      ) : null}
      {isLarge ? (
        <Dialog title={block.title} onClose={() => setLarge(false)} wide>
          <div className="spec-large">{content(true)}</div>
        </Dialog>
      ) : null}
    </section>
  );
}

type ContentProps = {
  block: BlockSpec;
  view: View;
  source: SourceState | undefined;
  value: unknown;
  fault: PointerError | null;
  asTable: boolean;
  isLarge: boolean;
};

function BlockContent({ block, view, source, value, fault, asTable, isLarge }: ContentProps): ReactNode {
  const connection = useConnection();
  if (source?.status === "waiting") return <Empty title={block.empty ?? "Nothing is chosen yet."} />;
  if (source?.status === "loading")
    return <Loading rows={block.view === "kpi" ? 2 : 5} label={`Loading ${block.title}`} />;
  if (source?.status === "error") return <ErrorState error={source.error} onRetry={source.retry} />;
  if (fault) return <ErrorState error={fault} onRetry={source?.retry ?? reload} />;
  if (!view.readsMore && view.isEmpty(value, block))
    return <Empty title={block.empty ?? "Nothing to show."} />;
  const drawn = (
    <Catch key={asTable ? "table" : "view"}>
      <Suspense fallback={<Loading rows={5} label={`Drawing ${block.title}`} />}>
        {asTable && view.table ? (
          <Table
            block={tableOf(block, view.table(value, block))}
            value={view.table(value, block).rows}
            isLarge={isLarge}
          />
        ) : (
          <view.Component block={block} value={value} isLarge={isLarge} />
        )}
      </Suspense>
    </Catch>
  );
  const isStale =
    source !== undefined && (source.error !== null || (source.isLive && connection === "offline"));
  if (!isStale) return drawn;
  return <Stale age={(Date.now() - source.updatedAt) / 1000}>{drawn}</Stale>;
}

function reload(): void {
  window.location.reload();
}

/** A block that shows a chart's data as rows. */
function tableOf(block: BlockSpec, { columns }: TableData): BlockSpec {
  return { ...block, view: "table", opts: { columns } };
}

/** A view that fails takes its own block down, not the page. */
export class Catch extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };
  static getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
