/** What wants a login of the last minutes asks for the password, logs in, and is sent again. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { ActionButton } from "../../src/spec/ActionButton";
import { SchemaForm } from "../../src/spec/form/SchemaForm";
import type { Action, Form } from "../../src/spec/types";
import { show } from "./shown";

const CONFIRM = { title: "Accept it", text: "As the venue says.", reason: true, reason_min: 5 };
const ACTION: Action = {
  id: "accept",
  title: "Accept",
  method: "POST",
  path: "/accept",
  role: "operator",
  confirm: CONFIRM,
};
const FORM: Form = {
  id: "resume",
  title: "Resume",
  method: "POST",
  path: "/accept",
  schema: { type: "object", properties: { reason: { type: "string", title: "Why" } } },
  submit: "Resume",
  role: "operator",
  confirm: { title: "Resume?", text: "Orders are taken again." },
};

let isFresh = false;
let sent: string[] = [];
beforeEach(() => {
  isFresh = false;
  sent = [];
  // Modal dialogs are the browser's own, which this one lacks.
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(/^.*\/api\/v1/, "");
    const body = init.body ? JSON.parse(String(init.body)) : {};
    sent.push(`${init.method} ${path} ${JSON.stringify(body)}`);
    const answer = (status: number, value: object) => new Response(JSON.stringify(value), { status });
    if (path === "/me") return answer(200, { name: "olga" });
    if (path === "/auth/login") {
      isFresh = body.password === "right";
      return isFresh ? answer(200, {}) : answer(401, { detail: "the password is wrong" });
    }
    return isFresh
      ? answer(202, {})
      : answer(403, { type: "/problems/fresh-login-needed", detail: "too old" });
  });
});

async function answerWith(password: string) {
  const field = await screen.findByLabelText(/the login must be fresh/);
  await userEvent.clear(field);
  await userEvent.type(field, `${password}{Enter}`);
}

it("an action asks once more, says where the password is wrong, and keeps the reason", async () => {
  show(<ActionButton action={ACTION} />);
  await userEvent.click(screen.getByRole("button", { name: "Accept" }));
  expect(screen.queryByLabelText(/the login must be fresh/)).toBeNull();
  await userEvent.type(screen.getByLabelText("Reason"), "seen on the statement{Enter}");
  await answerWith("wrong");
  expect(await screen.findByText(/the password is wrong/)).toBeTruthy();
  await answerWith("right");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent.at(-1)).toBe('POST /accept {"reason":"seen on the statement"}');
  expect(sent).toContain('POST /auth/login {"name":"olga","password":"right"}');
});

it("a form keeps its question open and does the same", async () => {
  show(<SchemaForm form={FORM} prefix="" search={{}} onSearch={() => {}} onJob={() => {}} />);
  await userEvent.type(screen.getByLabelText(/Why/), "prices were checked");
  await userEvent.click(screen.getByRole("button", { name: "Resume" }));
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Resume" }));
  await answerWith("right");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent.at(-1)).toBe('POST /accept {"reason":"prices were checked"}');
});
