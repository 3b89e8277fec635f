/** Emails about an account. */
import type { AccountMail } from '../../../infra/account-mail.ts';
import { type Letter, paragraph, type ShopFacts } from './letter.ts';

const IGNORE = paragraph('If you didn’t ask for this, ignore this email. Nothing changes.');
const REPORT = paragraph('If this wasn’t you, reset your password and reply to this email.');

/** @param addressed the secret of the email's link, for kinds with one; whether the new address belongs to another account */
export function accountLetter(
  mail: AccountMail,
  { token = '', isTaken = false }: { token?: string; isTaken?: boolean },
  shop: ShopFacts,
): Letter {
  return { why: 'you have an account', ...contents(mail, token, isTaken, shop) };
}

function contents(mail: AccountMail, token: string, isTaken: boolean, shop: ShopFacts): Letter {
  const link = (text: string, page: string) =>
    ({ kind: 'link', text, url: `${shop.storefrontUrl}/${page}?token=${token}` }) as const;
  switch (mail.kind) {
    case 'reset_password':
      return {
        subject: `Reset your ${shop.name} password`,
        heading: 'Reset your password',
        parts: [
          paragraph('Choose a new password with this link. It works once, within an hour.'),
          IGNORE,
          link('Choose a new password', 'reset-password'),
        ],
      };
    case 'verify_email':
      return {
        subject: `Confirm your email address`,
        heading: 'Confirm your email address',
        parts: [
          paragraph(
            `Confirm that emails about your ${shop.name} account arrive at this address. The link works for a week.`,
          ),
          paragraph('If you didn’t create an account, ignore this email.'),
          link('Confirm email address', 'confirm-email'),
        ],
      };
    case 'change_email':
      return isTaken
        ? {
            subject: 'You already have an account',
            heading: 'You already have an account',
            parts: [
              paragraph(
                `Someone asked to use this address for another ${shop.name} account. It already belongs to yours, so nothing changed.`,
              ),
              paragraph('If this was you, sign in with this address, or reset its password.'),
              { kind: 'link', text: 'Sign in', url: `${shop.storefrontUrl}/sign-in` },
            ],
          }
        : {
            subject: 'Confirm your new email address',
            heading: 'Confirm your new email address',
            parts: [
              paragraph(
                `Confirm that your ${shop.name} account should use this address. The link works once, within a day.`,
              ),
              IGNORE,
              link('Use this address', 'confirm-email'),
            ],
          };
    case 'email_changed':
      return {
        subject: 'Your account’s email address was changed',
        heading: 'Your account’s email address was changed',
        parts: [
          paragraph(`Emails about your account now go to ${mail.message}. This is the last one to this address.`),
          paragraph('If this wasn’t you, reply to this email.'),
        ],
      };
    case 'password_changed':
      return {
        subject: 'Your password was changed',
        heading: 'Your password was changed',
        parts: [
          paragraph('You’ve been signed out on all other devices.'),
          REPORT,
          { kind: 'link', text: 'Reset password', url: `${shop.storefrontUrl}/forgot-password` },
        ],
      };
    case 'account_closed':
      return {
        subject: 'Your account is closed',
        heading: 'Your account is closed',
        parts: [
          paragraph('Your account is closed, and we’re removing your name and addresses from your past orders.'),
          paragraph('If this wasn’t you, reply to this email.'),
        ],
      };
  }
}
