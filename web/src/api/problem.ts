/** What the server says when it says no: problem documents (RFC 9457) as typed errors. */

/** One input that was wrong. */
export type FieldError = { field: string; value?: unknown; message: string; remedy?: string };

/** One check of an order that failed. */
export type Failure = { check: string; limit?: string | null; used?: string | null; text: string };

/** A problem document as it comes over the line. */
export type Problem = {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  request_id?: string;
  field?: string;
  value?: unknown;
  remedy?: string;
  errors?: FieldError[];
  failures?: Failure[];
  largest_qty?: string;
};

/** An answer that was not a success. `status` is 0 where no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly slug: string;
  readonly requestId: string | undefined;
  readonly remedy: string | undefined;
  readonly fieldErrors: readonly FieldError[];
  readonly failures: readonly Failure[];
  readonly largestQty: string | undefined;
  readonly retryAfter: number | undefined;
  readonly roleNeeded: string | undefined;

  constructor(status: number, problem: Problem, requestId?: string, retryAfter?: number) {
    const title = problem.title ?? titleOf(status);
    super(problem.detail ?? title);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.detail = problem.detail ?? title;
    this.slug = (problem.type ?? "").replace(/^.*\/problems\//, "");
    this.requestId = problem.request_id ?? requestId;
    this.remedy = problem.remedy;
    this.fieldErrors = fieldErrorsOf(problem);
    this.failures = problem.failures ?? [];
    this.largestQty = problem.largest_qty;
    this.retryAfter = retryAfter;
    this.roleNeeded = status === 403 && problem.field === "role" ? roleOf(problem) : undefined;
  }

  /** Whether the same request may succeed later: nothing answered, too many, or the core is away. */
  get isRetryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503 || this.status === 504;
  }

  /** What was wrong with one field, or undefined. */
  messageFor(field: string): string | undefined {
    return this.fieldErrors.find((error) => error.field === field)?.message;
  }
}

function titleOf(status: number): string {
  return status === 0 ? "The server does not answer" : `The server answered ${status}`;
}

function roleOf(problem: Problem): string | undefined {
  return typeof problem.value === "string" ? problem.value : undefined;
}

function fieldErrorsOf(problem: Problem): FieldError[] {
  if (problem.errors && problem.errors.length > 0) return problem.errors;
  if (!problem.field) return [];
  const error: FieldError = { field: problem.field, message: problem.detail ?? problem.title ?? "" };
  if (problem.value !== undefined) error.value = problem.value;
  if (problem.remedy !== undefined) error.remedy = problem.remedy;
  return [error];
}

/** The error an unsuccessful response stands for; a body that is no problem document still gives one. */
export async function errorOf(response: Response): Promise<ApiError> {
  const problem = await problemOf(response);
  const header = response.headers.get("Retry-After");
  const retryAfter = header !== null && /^\d+(\.\d+)?$/.test(header) ? Number(header) : undefined;
  return new ApiError(
    response.status,
    problem,
    response.headers.get("X-Request-Id") ?? undefined,
    retryAfter,
  );
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return body as Problem;
  } catch {
    // Not JSON: a proxy's own page, say. The status is all there is to tell.
  }
  return { status: response.status };
}
