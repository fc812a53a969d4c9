/** The error of a form, in one line below its fields. */
import { ApiError } from "../api/problem";
import { formatAge } from "../lib/format";

/** What a form's request failed with, in one line. */
export function FormError({ error }: { error: unknown }) {
  if (!error) return null;
  const api = error instanceof ApiError ? error : null;
  const wait = api?.retryAfter;
  return (
    <p className="form-error" role="alert">
      {api?.detail ?? String(error)}
      {api?.remedy ? ` ${api.remedy}` : ""}
      {wait ? ` Try again in ${formatAge(wait)}.` : ""}
    </p>
  );
}
