/** Links in emails about accounts, as the mailbox has them. */
import { mailsTo } from '../../local/mailbox/testing.ts';
import { until } from './shop.ts';

/** Waits for the newest of `count` emails with this subject. */
export async function mailTo(email: string, subject: RegExp, count = 1) {
  return until(async () => {
    const mails = (await mailsTo(process.env.MAILBOX_URL!, email)).filter((mail) => subject.test(mail.subject));
    return mails.length >= count ? mails[0] : undefined;
  }, `an email about ${subject}`);
}

/** The secret in the link of an email. */
export async function tokenTo(email: string, subject: RegExp, count = 1): Promise<string> {
  const { text } = await mailTo(email, subject, count);
  const token = /\?token=([\w-]+)/.exec(text)?.[1];
  if (!token) throw new Error('the email has no link');
  return token;
}
