/** Whether this browser was signed in last: without it the server need not be asked who one is. */

const STORED_AS = "trade2026.signed-in";

export function wasSignedIn(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== null;
  } catch {
    return true; // Storage is blocked: only asking tells.
  }
}

export function rememberSignedIn(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(STORED_AS, "1");
    else localStorage.removeItem(STORED_AS);
  } catch {
    // Storage is blocked: the server is asked each time.
  }
}
