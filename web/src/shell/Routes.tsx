/** Addresses of pages: those written by hand, all others are looked up among those the server describes. */
import { lazy, Suspense, useEffect } from "react";
import { navigate, usePath } from "../lib/router";
import { Loading } from "../ui/states";

const TradePage = lazy(() => import("../trade/TradePage").then((module) => ({ default: module.TradePage })));
const SimPage = lazy(() => import("../sim/SimPage").then((module) => ({ default: module.SimPage })));
const DescribedPage = lazy(() =>
  import("./DescribedPage").then((module) => ({ default: module.DescribedPage })),
);

export function Routes() {
  const path = usePath();
  useEffect(() => {
    if (path === "/") navigate("/home", (search) => search, true);
  }, [path]);
  return (
    <Suspense fallback={<Loading rows={8} label="Loading the page" />}>
      {path === "/trade" ? (
        <TradePage />
      ) : path === "/sim" ? (
        <SimPage />
      ) : path === "/" ? null : (
        <DescribedPage />
      )}
    </Suspense>
  );
}
