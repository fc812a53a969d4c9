/** Doing something that wants a login of the last minutes: the password is asked for where the server says so. */
import { get, request } from "../api/client";
import { ApiError } from "../api/problem";
import type { LoginAnswer, Me } from "../api/types";

/** Whether the server refused because the login is too old. */
export function wantsFreshLogin(error: unknown): boolean {
  return error instanceof ApiError && error.slug === "fresh-login-needed";
}

/** Log the same person in again; throws ApiError where the password is not theirs. */
export async function logInAgain(password: string): Promise<void> {
  const { name } = await get<Me>("me");
  await request<LoginAnswer>("POST", "auth/login", { body: { name, password }, isLogin: true });
}
