/** Roles, each including those before it. */
export const ROLES = ["viewer", "trader", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role includes another; an unknown role includes nothing. */
export function hasRole(role: string | undefined, needed: string | undefined): boolean {
  if (!needed) return true;
  const have = ROLES.indexOf(role as Role);
  const need = ROLES.indexOf(needed as Role);
  return have >= 0 && need >= 0 && have >= need;
}
