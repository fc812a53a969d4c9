/** Answers become values or typed errors; a session is renewed once. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { get, newKey, onSignedOut, post, request, urlOf } from "../../src/api/client";
import { ApiError } from "../../src/api/problem";

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });
const fetched = vi.fn<typeof fetch>();
const paths = () => fetched.mock.calls.map(([url]) => String(url));

beforeEach(() => {
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

describe("request", () => {
  it("sends JSON with the key and reads JSON", async () => {
    fetched.mockResolvedValue(json({ seq: 3 }, 201));
    expect(await post("orders", { side: "BUY" }, { idempotencyKey: "k1" })).toEqual({ seq: 3 });
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(url).toBe("/api/v1/orders");
    expect(init).toMatchObject({ method: "POST", body: '{"side":"BUY"}', credentials: "same-origin" });
    expect(init?.headers).toMatchObject({ "Idempotency-Key": "k1" });
  });
  it("turns a problem document into an error with its fields", async () => {
    const problem = {
      type: "/problems/invalid-input", title: "Wrong", status: 422, detail: "quantity must be positive",
      request_id: "r-9", errors: [{ field: "order_qty", message: "must be positive" }], largest_qty: "5",
    }; // biome-ignore format: one document
    fetched.mockResolvedValue(json(problem, 422, { "Retry-After": "7" }));
    const error = await get("orders").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422, slug: "invalid-input", requestId: "r-9", retryAfter: 7, largestQty: "5", isRetryable: false,
    }); // biome-ignore format: one document
    expect((error as ApiError).messageFor("order_qty")).toBe("must be positive");
  });
  it("takes a single field and the role needed from the document itself", async () => {
    fetched.mockResolvedValue(
      json({ title: "No", detail: "too low", field: "role", value: "operator" }, 403),
    );
    const error = (await get("users").catch((caught: unknown) => caught)) as ApiError;
    expect([error.roleNeeded, error.messageFor("role")]).toEqual(["operator", "too low"]);
  });
  it("has an error for an answer that is no document, and for none", async () => {
    fetched.mockResolvedValueOnce(
      new Response("<html>", { status: 502, headers: { "X-Request-Id": "r-1" } }),
    );
    await expect(get("me")).rejects.toMatchObject({ status: 502, requestId: "r-1" });
    fetched.mockRejectedValueOnce(new TypeError("refused"));
    await expect(get("me")).rejects.toMatchObject({ status: 0, isRetryable: true });
    fetched.mockResolvedValueOnce(new Response("<html>", { status: 200 }));
    await expect(get("me")).rejects.toMatchObject({ title: "The server's answer could not be read" });
  });
  it("renews the session once for all who wait, then asks again", async () => {
    let isFresh = false;
    fetched.mockImplementation(async (url) => {
      if (String(url).endsWith("auth/refresh")) {
        isFresh = true;
        return json({ access_token: "t", expires_in: 900 });
      }
      return isFresh ? json({ ok: true }) : json({}, 401);
    });
    expect(await Promise.all([get("a"), get("b")])).toEqual([{ ok: true }, { ok: true }]);
    expect(paths().filter((path) => path.endsWith("auth/refresh")).length).toBe(1);
  });
  it("says so when the session cannot be renewed, and never renews for a login", async () => {
    const signedOut = vi.fn();
    const stop = onSignedOut(signedOut);
    fetched.mockImplementation(async () => json({ detail: "no" }, 401));
    await expect(get("me")).rejects.toMatchObject({ status: 401 });
    expect(signedOut).toHaveBeenCalledTimes(1);
    fetched.mockClear();
    await expect(request("POST", "auth/login", { body: {}, isLogin: true })).rejects.toMatchObject({
      status: 401,
    });
    expect(paths().length).toBe(1);
    stop();
  });
});

describe("urlOf", () => {
  it("leaves out what is not given and takes full paths", () => {
    expect(urlOf("orders", { status: "open", account_id: "", limit: 5, x: undefined })).toBe(
      "/api/v1/orders?status=open&limit=5",
    );
    expect(urlOf("/api/v1/backtests/b-1")).toBe("/api/v1/backtests/b-1");
    expect(urlOf("/bars?limit=1", { end: "2020" })).toBe("/api/v1/bars?limit=1&end=2020");
  });
});

describe("newKey", () => {
  it("is long and never the same", () => {
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newKey()).not.toBe(newKey());
  });
});
