/** Requests to the server on the session's cookies: JSON in and out, one refresh on 401, typed errors. */
import { ApiError, errorOf } from "./problem";

/** Where the page is served from, with a slash at the end; the server writes it into `<base href>`. */
export function basePath(): string {
  return new URL(document.baseURI).pathname.replace(/[^/]*$/, "");
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export type RequestOptions = {
  query?: Query | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
  idempotencyKey?: string | undefined;
  /** Do not try a refresh on 401: the login requests themselves. */
  isLogin?: boolean | undefined;
};

type Listener = () => void;
const signedOutListeners = new Set<Listener>();

/** Call `listener` when a session can no longer be refreshed; gives the way to stop. */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** The address of a path below `/api/v1`, with its query; a path that begins with /api is taken as it is. */
export function urlOf(path: string, query?: Query): string {
  const below = path.replace(/^\/?(api\/v1)?\/?/, "");
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  const join = below.includes("?") ? "&" : "?";
  return `${basePath()}api/v1/${below}${text ? join + text : ""}`;
}

type Refreshed = { access_token: string; expires_in: number };
let refreshing: Promise<Refreshed | null> | null = null;

/** Renew the session once for all who wait for it; null where it cannot be renewed. */
export function refreshSession(): Promise<Refreshed | null> {
  refreshing ??= alone(async () => {
    const response = await send("POST", "auth/refresh", { body: {} });
    return response.ok ? ((await response.json()) as Refreshed) : null;
  })
    .catch(() => null)
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** One tab at a time: a refresh token may be shown only once, and tabs share it. */
function alone<T>(task: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = navigator.locks;
  return locks ? (locks.request("trade2026.refresh", task) as Promise<T>) : task();
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (options.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(urlOf(path, options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, { title: "The server does not answer", detail: "Check that the desk is running." });
  }
}

/** Ask the server, as a session that may have to be renewed. Throws ApiError. */
async function answerOf(method: string, path: string, options: RequestOptions): Promise<Response> {
  let response = await send(method, path, options);
  if (response.status === 401 && !options.isLogin) {
    if ((await refreshSession()) !== null) response = await send(method, path, options);
    if (response.status === 401) for (const listener of signedOutListeners) listener();
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** GET a file below /api/v1. Throws ApiError. */
export async function getFile(path: string, query?: Query): Promise<Blob> {
  return (await answerOf("GET", path, { query })).blob();
}

/** Ask the server; the answer's JSON (undefined for 204). Throws ApiError. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await answerOf(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === "") return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(0, {
      title: "The server's answer could not be read",
      detail: `${method} ${path} did not answer with JSON; the page and the server may not belong together.`,
    });
  }
}

/** GET a path below /api/v1. */
export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return request<T>("GET", path, { query, signal });
}

/** POST to a path below /api/v1. */
export function post<T>(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<T> {
  return request<T>("POST", path, { ...options, body });
}

/** A key that makes a write safe to repeat. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
