/** `npm start [-- --reset]`: runs the complete shop in the foreground, until Ctrl-C or `npm run stop`. */
import { UnknownMigrationsError } from '../../infra/postgres/unknown-migrations.ts';
import { SUPPORT_FIND_PATH, SUPPORT_LIST_NAMES, supportListPath } from '../../infra/temporal/support-lists.ts';
import type { ProcessEvent } from './processes/managed-process.ts';
import { Profile, SHOP_PROFILE } from './profile.ts';
import { progressDisplay } from './progress-display.ts';
import { askForReset, obstacleToReset, RESET_COMMAND } from './reset.ts';
import { startShop } from './shop.ts';
import { ProfileBusyError, SERVERS } from './stack.ts';
import { runningStack, type StackAddresses } from './stack-file.ts';
import { stopRequest } from './stop-request.ts';

const stop = stopRequest();
const began = Date.now();
const unknown = process.argv.slice(2).filter((argument) => argument !== '--reset');
const obstacle = obstacleToReset(process.env);

if (unknown.length > 0) endWith(`npm start accepts only --reset, not ${unknown.join(' ')}.`);
else if (process.argv.includes('--reset') && obstacle) endWith(obstacle);
else await runShop(process.argv.includes('--reset'));

/** @param reset whether to delete the data of an earlier start first */
async function runShop(reset: boolean): Promise<void> {
  const display = progressDisplay([
    ...SERVERS.map(({ title }) => title),
    'Tables',
    'Catalog',
    'Stripe stand-in',
    'Mailbox',
    'Worker',
    'Search index',
    'API',
    'Storefront',
  ]);
  try {
    const shop = await startShop({
      profile: SHOP_PROFILE,
      reset,
      onProgress: display.report,
      onEvent: printEvent,
      signal: stop.signal,
    });
    await display.end();
    console.log(`\nThe shop is up after ${Math.round((Date.now() - began) / 1000)} s.\n${describe(shop.addresses)}`);
    console.log(
      `\nLogs are in ${shop.servers.profile.folder}/logs. Press Ctrl-C or run npm run stop to stop everything.`,
    );
    await stop.requested;
    console.log('\nStopping …');
    await shop.stop();
    console.log('Stopped. Data is kept for the next start.');
  } catch (error) {
    await display.end();
    if (error instanceof ProfileBusyError) sayThatItRuns();
    else if (stop.signal.aborted) console.log('Stopped before the shop was up.');
    else if (error instanceof UnknownMigrationsError) await offerReset(error);
    else endWith(`${error instanceof Error ? error.message : error}\n\nRun npm run doctor to see what is missing.`);
  }
}

async function offerReset(error: UnknownMigrationsError): Promise<void> {
  console.error(`\n${error.message}`);
  if (obstacle) return endWith(obstacle);
  console.error('It contains the products, orders, and accounts of this checkout’s shop.');
  if (await askForReset(stop.signal)) return runShop(true);
  endWith(`To delete it and start fresh, run: ${RESET_COMMAND}`);
}

function endWith(message: string): void {
  console.error(`\n${message}`);
  process.exitCode = 1;
}

function printEvent(event: ProcessEvent): void {
  if (event.kind === 'back') console.log(`${event.title} is back.`);
  else {
    const delay = `${event.retryInMs / 1000} s`;
    console.log(`${event.title} ${event.reason}; restarting it in ${delay} (its log: ${event.logFile}).`);
  }
}

function sayThatItRuns(): void {
  const running = runningStack(new Profile(SHOP_PROFILE));
  if (running?.addresses?.storefront) console.log(`The shop is already running.\n${describe(running.addresses)}`);
  else
    console.log(
      'Another program is starting, stopping, or using the servers of this checkout. To stop it, run npm run stop.',
    );
}

function describe(addresses: StackAddresses): string {
  const { api, customer, admin, support, support_lead: lead } = addresses;
  const signIn = ({ email, password }: { email: string; password: string }) => `${email} / ${password}`;
  const lists = SUPPORT_LIST_NAMES.map((name): Row => [`  ${name}`, api && `${api}${supportListPath(name)}`]);
  return [
    ...rows([
      ['Storefront', addresses.storefront],
      ['API', api && `${api}/api`],
      ['API docs', api && `${api}/api/docs`],
      ['Temporal UI', addresses.temporal_ui],
      ['Stripe stand-in', addresses.stripe_api ?? 'not used: STRIPE_SECRET_KEY is set'],
      ['Demo customer', signIn(customer)],
      ['Demo admin', signIn(admin)],
    ]),
    '',
    'Support desk (docs/support/README.md)',
    ...rows([
      ['Demo support', signIn(support)],
      ['Demo support lead', signIn(lead)],
      ['Mailbox', addresses.mailbox ?? 'not used: SMTP_URL is set'],
      ['Find a case', addresses.temporal_ui && api && `${api}${SUPPORT_FIND_PATH}`],
      ['Lists', addresses.temporal_ui && api && `${api}/api/support/lists`],
      ...(addresses.temporal_ui ? lists : []),
    ]),
  ].join('\n');
}

type Row = [string, string | undefined];

function rows(all: readonly Row[]): string[] {
  return all.flatMap(([name, value]) => (value ? [`  ${name.padEnd(18)} ${value}`] : []));
}
