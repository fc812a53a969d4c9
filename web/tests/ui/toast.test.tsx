/** Messages: gathered where they are of a kind, each on its own otherwise. */
import { act, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Toaster, toast } from "../../src/ui/toast";

test("messages of a group take one place and are counted, others stay apart", () => {
  render(<Toaster />);
  act(() => {
    toast({ tone: "error", title: "Order refused", text: "the first", group: "refused" });
    toast({ tone: "error", title: "Order refused", text: "the second", group: "refused" });
    toast({ tone: "error", title: "Trading halted", text: "by ann" });
  });
  expect(screen.getAllByRole("alert")).toHaveLength(2);
  expect(screen.getByText("Order refused (2)")).toBeTruthy();
  expect(screen.getByText("the second")).toBeTruthy();
  expect(screen.queryByText("the first")).toBeNull();
  expect(screen.getByText("Trading halted")).toBeTruthy();
});

test("a message leads to the page that shows more", () => {
  render(<Toaster />);
  act(() => toast({ tone: "error", title: "Venue paused", text: "2 differences", link: "/ops/venues" }));
  expect(screen.getByRole("link", { name: "Venue paused" }).getAttribute("href")).toContain("/ops/venues");
});
