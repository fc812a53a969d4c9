/** Shows the page that the server describes for an address, or the one written by hand in its place. */
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo } from "react";
import { useMe, usePages } from "../api/queries";
import type { PageHead } from "../api/types";
import { hasRole } from "../lib/roles";
import { Link, usePath } from "../lib/router";
import { Empty, ErrorState, Forbidden, Loading } from "../ui/states";
import { keepContext } from "./context";
import { entryOf, findPage, WORKSPACES } from "./workspaces";

type PageComponent = ComponentType<{ spec: never; params: Record<string, string> }>;
type Module = Record<string, unknown>;

const byHand = import.meta.glob<Module>("../pages/*.tsx");
const described = import.meta.glob<Module>("../spec/SpecPage.tsx");

/** The component of a module: its default, or the only thing of that name. */
function componentOf(load: () => Promise<Module>, name: string): PageComponent {
  return lazy(async () => {
    const module = await load();
    const found = module.default ?? module[name] ?? module.Page;
    return { default: found as PageComponent };
  });
}

const SpecPage = Object.values(described).map((load) => componentOf(load, "SpecPage"))[0];
const HAND_WRITTEN = new Map(
  Object.entries(byHand).map(([path, load]) => [
    path.replace(/^.*\/|\.tsx$/g, ""),
    componentOf(load, "Page"),
  ]),
);

export function DescribedPage() {
  const path = usePath();
  const me = useMe();
  const pages = usePages();
  const found = useMemo(() => findPage(pages.data ?? [], path), [pages.data, path]);
  if (pages.isPending)
    return (
      <Frame title="Loading">
        <Loading rows={8} label="Loading the page" />
      </Frame>
    );
  if (pages.isError && !pages.data) {
    return (
      <Frame title="Not loaded">
        <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />
      </Frame>
    );
  }
  if (!found)
    return (
      <Frame title="No such page">
        <NotFound path={path} />
      </Frame>
    );
  if (!hasRole(me.data?.role, found.page.role))
    return (
      <Frame title={found.page.title}>
        <Forbidden role={found.page.role} />
      </Frame>
    );
  const Component = HAND_WRITTEN.get(found.page.id) ?? SpecPage;
  if (!Component)
    return (
      <Frame title={found.page.title}>
        <Outline page={found.page} />
      </Frame>
    );
  return (
    <Suspense
      fallback={
        <Frame title={found.page.title}>
          <Loading rows={8} label="Loading the page" />
        </Frame>
      }
    >
      <Component key={found.page.id} spec={found.page as never} params={found.params} />
    </Suspense>
  );
}

/** What stands in place of a page, with a title for those who do not see it. */
function Frame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="page">
      <h1 className="visually-hidden">{title}</h1>
      {children}
    </div>
  );
}

function Outline({ page }: { page: PageHead }) {
  return <Empty title={page.title} next={page.doc} />;
}

/** A workspace's own address leads to its first page; anything else is not there. */
function NotFound({ path }: { path: string }) {
  const me = useMe();
  const pages = usePages();
  const workspace = WORKSPACES.find((item) => item.path === path.replace(/\/$/, ""));
  const entry = workspace && me.data ? entryOf(pages.data ?? [], workspace, me.data.role) : undefined;
  if (entry && entry !== path) {
    return (
      <Empty title={`${workspace?.title}: choose a page`}>
        <Link className="button" to={entry} search={keepContext}>
          Open the first one
        </Link>
      </Empty>
    );
  }
  return (
    <Empty title="There is no such page" next={`Nothing is at ${path}. Ctrl+K finds every page there is.`}>
      <Link className="button" to="/trade" search={keepContext}>
        To the trade page
      </Link>
    </Empty>
  );
}
