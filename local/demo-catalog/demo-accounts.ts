/** Accounts to try the demo shop. They are added only to databases of the local stack and the tests. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly fullName: string;
}

export type DemoAccountName = 'customer' | 'admin' | 'support' | 'support_lead';

export const demoAccounts: Readonly<Record<DemoAccountName, DemoAccount>> = {
  customer: { email: 'customer@holdfast.test', password: 'customer-demo-1', fullName: 'Casey Morgan' },
  admin: { email: 'admin@holdfast.test', password: 'admin-demo-1', fullName: 'Alex Rivera' },
  support: { email: 'support@holdfast.test', password: 'support-demo-1', fullName: 'Sam Okafor' },
  support_lead: { email: 'support.lead@holdfast.test', password: 'support-lead-demo-1', fullName: 'Robin Lindqvist' },
};
