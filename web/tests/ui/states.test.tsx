/** The states say what is the matter and how to go on, also to those who cannot see. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api/problem";
import { type Column, LiveTable, sortRows } from "../../src/ui/LiveTable";
import { Empty, ErrorState, Loading, Stale } from "../../src/ui/states";

describe("states", () => {
  it("have no violations", async () => {
    const { container } = render(
      <main>
        <Empty title="Nothing" next="Do this" />
        <Loading />
        <Stale age={12}>old</Stale>
        <ErrorState error={new Error("broken")} onRetry={() => {}} />
      </main>,
    );
    const result = await axe.run(container, { runOnly: ["wcag2a", "wcag2aa"] });
    expect(result.violations).toEqual([]);
    expect(screen.getByText("Stale 12 s")).toBeTruthy();
  });
  it("show the request's id and try again", async () => {
    const onRetry = vi.fn();
    render(
      <ErrorState error={new ApiError(503, { detail: "core away", request_id: "r-7" })} onRetry={onRetry} />,
    );
    expect(screen.getByText("r-7")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /try again/i }));
    expect(onRetry).toHaveBeenCalledTimes(1);
  });
  it("name the role it takes", () => {
    render(<ErrorState error={new ApiError(403, { field: "role", value: "admin", detail: "Too low." })} />);
    expect(screen.getByRole("alert").textContent).toContain("role admin");
  });
});

describe("LiveTable", () => {
  type Line = { id: string; size: number };
  const columns: Column<Line>[] = [
    { key: "id", title: "Id", width: "1fr", render: (row) => row.id },
    { key: "size", title: "Size", width: "1fr", render: (row) => row.size, sort: (row) => row.size },
  ];
  const lines = [
    { id: "a", size: 2 },
    { id: "b", size: 10 },
    { id: "c", size: 2 },
  ];

  it("sorts by value and keeps the order of equals", () => {
    const ids = (descending: boolean) =>
      sortRows(lines, columns, { key: "size", descending }).map((row) => row.id);
    expect([ids(false), ids(true)]).toEqual([
      ["a", "c", "b"],
      ["b", "a", "c"],
    ]);
    expect(sortRows(lines, columns, { key: "id", descending: true })).toBe(lines);
  });
  it("keeps only what is in view in the document", () => {
    const many = Array.from({ length: 5_000 }, (_, n) => ({ id: `row ${n}`, size: n }));
    render(<LiveTable label="Many" rows={many} columns={columns} rowKey={(row) => row.id} empty={null} />);
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
  });
  it("says what to do where there is nothing", () => {
    render(
      <LiveTable
        label="None"
        rows={[]}
        columns={columns}
        rowKey={(row) => row.id}
        empty={<Empty title="None" />}
      />,
    );
    expect(screen.getByText("None")).toBeTruthy();
  });
});
