/**
 * Every email about an account in full: `accounts.md` records them, and a change of their texts updates that file in the same commit
 * (`npm test -- activities/email/letters/accounts -u`).
 */
import { expect, it } from 'vitest';
import type { AccountMail } from '../../../infra/account-mail.ts';
import { accountLetter } from './accounts.ts';
import type { ShopFacts } from './letter.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';

const SHOP: ShopFacts = {
  name: 'Holdfast & Sons',
  storefrontUrl: 'https://shop.example',
  caseUrl: () => null,
  orderKey: () => 'key',
};
const ID = 'abcdef12-3456-4789-8abc-def012345678';
const ADDRESS = 'ada@b.example';

const MAILS: readonly [mail: AccountMail, isTaken: boolean][] = [
  [{ kind: 'verify_email', requestId: ID, userId: ID }, false],
  [{ kind: 'reset_password', requestId: ID, email: ADDRESS }, false],
  [{ kind: 'password_changed', userId: ID }, false],
  [{ kind: 'change_email', requestId: ID, userId: ID, email: ADDRESS }, false],
  [{ kind: 'change_email', requestId: ID, userId: ID, email: ADDRESS }, true],
  [{ kind: 'email_changed', email: ADDRESS, message: 'b•••@b.example' }, false],
  [{ kind: 'account_closed', email: ADDRESS }, false],
];
const letters = MAILS.map(([mail, isTaken]) => accountLetter(mail, { token: 'secret-of-the-link', isTaken }, SHOP));

it('reads as recorded in accounts.md', async () => {
  const texts = letters.map((letter) => `## ${letter.subject}\n\n\`\`\`text\n${renderText(letter, SHOP)}\`\`\`\n`);
  await expect(`# Emails about accounts\n\n${texts.join('\n')}`).toMatchFileSnapshot('accounts.md');
});

it.each(letters.map((letter) => [letter.subject, letter] as const))('%s: says in HTML why it was sent', (_, letter) => {
  expect(renderHtml(letter, SHOP)).toContain('You’re receiving this email because you have an account at');
});
