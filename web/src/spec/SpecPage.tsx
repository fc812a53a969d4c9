/** The one page that draws every page the server describes. */
import { useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useMemo } from "react";
import { useMe } from "../api/queries";
import { useDesk } from "../lib/desk";
import type { Role } from "../lib/roles";
import { hrefOf, navigate, useSearch } from "../lib/router";
import { Panel } from "../ui/Panel";
import { Empty } from "../ui/states";
import { ActionButton } from "./ActionButton";
import { Block, blockValue } from "./Block";
import { ComparePage } from "./ComparePage";
import { isOffered } from "./conditions";
import { SpecProvider, useSpec } from "./context";
import { SchemaForm } from "./form/SchemaForm";
import { JobPanel } from "./JobPanel";
import { Parameters } from "./Parameters";
import { type Lookup, partsOf, resolvePointer } from "./pointer";
import { type SourceState, useSources } from "./sources";
import type { Block as BlockSpec, Form, PageSpec } from "./types";
import { viewOf } from "./views/registry";
import "./styles/page.css";
import "./styles/figures.css";
import "./styles/tables.css";
import "./styles/forms.css";
import "./styles/narrow.css";

type Search = Record<string, string | undefined>;
type SpecPageProps = { spec: PageSpec; params: Record<string, string> };

/** The page at an address, with what the address and the context bar say. */
export function SpecPage({ spec, params }: SpecPageProps) {
  const search = useSearch();
  const account = useDesk((state) => state.account);
  const symbol = useDesk((state) => state.symbol);
  const role = useMe().data?.role;
  const onSearch = useCallback(
    (change: Search) => navigate(null, (now) => ({ ...now, ...change }), true),
    [],
  );
  return (
    <SpecView
      page={spec}
      params={params}
      search={search}
      onSearch={onSearch}
      context={{ account, symbol }}
      role={role}
      navigate={(to) => navigate(to, { account, symbol })}
      href={(to) => hrefOf(to, { account, symbol })}
    />
  );
}

type SpecViewProps = {
  page: PageSpec;
  params: Record<string, string>;
  search: Search;
  onSearch: (change: Search) => void;
  context: { account: string; symbol: string };
  role: Role | undefined;
  navigate: (to: string) => void;
  href: (to: string) => string;
};

/** The page itself; everything it depends on is given. */
export function SpecView({ page, params, search, onSearch, context, role, navigate, href }: SpecViewProps) {
  const queries = useQueryClient();
  const lookup: Lookup = useCallback(
    (name) => {
      const fallback = page.params?.find((param) => param.name === name)?.default;
      const own = context as Record<string, string | undefined>;
      return params[name] ?? (name in own ? own[name] : (search[name] ?? fallback));
    },
    [page, params, search, context],
  );
  const sources = useSources(page, lookup);
  const document = documentOf(sources);
  const value = {
    page,
    role,
    lookup,
    read: (pointer: string) => resolvePointer(document, pointer),
    navigate,
    href,
    refresh: () => void queries.invalidateQueries(),
    actions: (ids: readonly string[]) => (page.actions ?? []).filter((action) => ids.includes(action.id)),
  };
  const title =
    Object.values(params).length > 0 ? `${page.title} ${Object.values(params).join(" ")}` : page.title;
  // A board is looked at before anything is filled in; elsewhere the form comes first.
  const forms = <Forms search={search} onSearch={onSearch} job={sources.job} />;
  useEffect(() => {
    window.document.title = `${title} · Trade2026`;
  }, [title]);
  return (
    <SpecProvider value={value}>
      <div className={`page spec-page kind-${page.kind}`}>
        <Head title={title} />
        {page.params && page.params.length > 0 ? (
          <Parameters params={page.params} search={search} onSearch={onSearch} />
        ) : null}
        <div className={page.forms?.length === 1 && page.kind !== "form" ? "spec-columns" : "spec-rows"}>
          {page.kind === "board" ? null : forms}
          {page.kind === "compare" ? (
            <ComparePage sources={sources} document={document} />
          ) : (
            <Layout sources={sources} document={document} />
          )}
          {page.kind === "board" ? forms : null}
        </div>
      </div>
    </SpecProvider>
  );
}

function documentOf(sources: Record<string, SourceState>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(sources))
    if (source.status === "ready") found[name] = source.data;
  return found;
}

function Head({ title }: { title: string }) {
  const { page, read, refresh } = useSpec();
  const actions = (page.actions ?? []).filter((action) => !action.row && isOffered(action, null, read));
  return (
    <header className="spec-head">
      <div>
        <h1>{title}</h1>
        <p>{page.doc}</p>
      </div>
      <div className="spec-head-tools">
        {actions.map((action) => (
          <ActionButton key={action.id} action={action} />
        ))}
        <button
          type="button"
          className="icon-button"
          aria-label="Read everything again"
          title="Read again (r)"
          onClick={refresh}
        >
          <RotateCw size={14} aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}

type FormsProps = { search: Search; onSearch: (change: Search) => void; job: SourceState | undefined };

function Forms({ search, onSearch, job }: FormsProps): ReactNode {
  const { page } = useSpec();
  const forms = page.forms ?? [];
  if (forms.length === 0) return null;
  const jobForm = forms.find((form) => form.mode === "job");
  const jobId = search.job;
  return (
    <div className={`spec-forms count-${forms.length}`}>
      {forms.map((form) => (
        <FormFrame key={form.id} form={form} isFolded={form.mode === "job" && Boolean(jobId)}>
          <SchemaForm
            form={form}
            prefix={forms.length === 1 ? "f." : `${form.id}.`}
            search={search}
            onSearch={onSearch}
            onJob={(id, values) => onSearch({ ...values, job: id })}
          />
        </FormFrame>
      ))}
      {jobForm && jobId && job ? (
        <JobPanel form={jobForm} jobId={jobId} job={job} onClose={() => onSearch({ job: undefined })} />
      ) : null}
    </div>
  );
}

/** A form in its panel; folded while what it started is shown. */
function FormFrame({ form, isFolded, children }: { form: Form; isFolded: boolean; children: ReactNode }) {
  if (!isFolded) return <Panel title={form.title}>{children}</Panel>;
  return (
    <details className="panel spec-again">
      <summary>{form.title}: change and run again</summary>
      <div className="panel-body">{children}</div>
    </details>
  );
}

type LayoutProps = { sources: Record<string, SourceState>; document: Record<string, unknown> };

/** Whether a text block has nothing to say: there is no warning, say. */
function isSilent(block: BlockSpec, document: Record<string, unknown>): boolean {
  if (block.view !== "markdown" || block.empty !== undefined) return false;
  const { value, fault } = blockValue(block, document);
  return !fault && viewOf(block).isEmpty(value, block);
}

/** The blocks; of a form's page those whose source is not asked for yet are left out. */
function Layout({ sources, document }: LayoutProps): ReactNode {
  const { page } = useSpec();
  const shown = useMemo(
    () =>
      page.layout.filter((block) => {
        const source = sources[partsOf(block.data)[0] ?? ""];
        if (page.kind === "form" && source?.status === "waiting") return false;
        return !isSilent(block, document);
      }),
    [page, sources, document],
  );
  if (shown.length === 0) {
    return sources.job?.status === "waiting" ? (
      <Empty
        title="No result yet."
        next="Fill in the form and run it; the result is shown here and keeps its address."
      />
    ) : null;
  }
  return (
    <div className="spec-grid">
      {shown.map((block) => (
        <Block key={`${block.title} ${block.data}`} block={block} sources={sources} document={document} />
      ))}
    </div>
  );
}

export default SpecPage;
