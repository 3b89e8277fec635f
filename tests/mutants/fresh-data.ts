/**
 * Resets the data of running servers to that of a fresh start within a second or two, so that mistakes don't affect each other and no
 * workflow of an earlier mistake continues.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { Redis } from 'ioredis';
import pg from 'pg';
import { run } from '../../local/stack/processes/run.ts';
import type { RunningShop } from '../../local/stack/shop.ts';

const TEMPLATE = 'mutants_template';
const MIGRATE = 'infra/postgres/migrate.ts';

export class FreshData {
  readonly #shop: RunningShop;
  readonly #databaseName: string;

  private constructor(shop: RunningShop) {
    this.#shop = shop;
    this.#databaseName = new URL(shop.environment.POSTGRES_URL!).pathname.slice(1);
  }

  /** @param shop a shop with migrated tables, of which only the servers, the Stripe stand-in, and the mailbox run */
  static async of(shop: RunningShop): Promise<FreshData> {
    const fresh = new FreshData(shop);
    await fresh.#atPostgres(async (client) => {
      await client.query(`create database ${TEMPLATE} template ${fresh.#databaseName}`);
    });
    return fresh;
  }

  /** @param migrateFrom a checkout whose schema the tables get, if it differs from the shop's */
  async restore(migrateFrom?: string): Promise<void> {
    await this.#endWorkflows();
    await Promise.all([
      this.#restoreTables(migrateFrom),
      this.#emptyRedis(),
      this.#emptyIndexes(),
      this.#restartStripe(),
      fetch(`${this.#shop.addresses.mailbox}/api/messages`, { method: 'DELETE' }),
    ]);
  }

  async #endWorkflows(): Promise<void> {
    const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = 'default' } = this.#shop.environment;
    const connection = await Connection.connect({ address });
    try {
      const { workflow } = new Client({ connection, namespace });
      for await (const { workflowId, runId } of workflow.list({ query: `ExecutionStatus = 'Running'` })) {
        await workflow
          .getHandle(workflowId, runId)
          .terminate('the next mistake')
          .catch((error: unknown) => {
            if (!(error instanceof WorkflowNotFoundError)) throw error;
          });
      }
    } finally {
      await connection.close();
    }
  }

  async #restoreTables(migrateFrom?: string): Promise<void> {
    await this.#atPostgres(async (client) => {
      await client.query(`drop database ${this.#databaseName} with (force)`);
      if (!migrateFrom) await client.query(`create database ${this.#databaseName} template ${TEMPLATE}`);
    });
    if (!migrateFrom) return;
    await this.#shop.servers.createDatabase(this.#databaseName);
    await run(process.execPath, [join(migrateFrom, MIGRATE)], {
      cwd: migrateFrom,
      environment: this.#shop.environment,
    });
  }

  async #atPostgres(work: (client: pg.Client) => Promise<void>): Promise<void> {
    const url = new URL(this.#shop.environment.POSTGRES_URL!);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }

  async #emptyRedis(): Promise<void> {
    const redis = new Redis(this.#shop.environment.REDIS_URL!);
    await redis.flushall();
    await redis.quit();
  }

  async #emptyIndexes(): Promise<void> {
    const url = this.#shop.environment.ELASTICSEARCH_URL!;
    const indexes = (await (await fetch(`${url}/_cat/indices?format=json`)).json()) as { index: string }[];
    for (const { index } of indexes.filter((each) => !each.index.startsWith('.')))
      await fetch(`${url}/${index}`, { method: 'DELETE' });
  }

  async #restartStripe(): Promise<void> {
    const stripe = this.#shop.process('stripe')!;
    await stripe.stop();
    rmSync(join(this.#shop.servers.profile.dataFolder('stripe'), 'stripe.db'), { force: true });
    for (const suffix of ['-wal', '-shm'])
      rmSync(join(this.#shop.servers.profile.dataFolder('stripe'), `stripe.db${suffix}`), { force: true });
    await stripe.start();
  }
}
