/** Roles: shoppers, support staff, support leads who approve refunds, and administrators of the catalog. */
export const ROLES = ['customer', 'support', 'support_lead', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const STAFF: ReadonlySet<Role> = new Set(['support', 'support_lead', 'admin']);

export function isStaff(role: Role): boolean {
  return STAFF.has(role);
}
