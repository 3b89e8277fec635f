/** For tests: a stand-in in a separate process on a free port, and a receiver of its webhooks. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import type { Fault, FaultRequest } from './faults.ts';
import type { Ledger } from './store.ts';

export const SECRET_KEY = 'sk_test_standin_secret';
export const PUBLISHABLE_KEY = 'pk_test_standin_publishable';
export const WEBHOOK_SECRET = 'whsec_standin_test';
export const RETURN_URL = 'https://shop.example.test/orders/1';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Waits until `check` returns a value; the error message names the missing one. */
export async function eventually<Value>(
  what: string,
  check: () => Value | undefined | false | Promise<Value | undefined | false>,
  timeoutMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`timed out after ${timeoutMs} ms waiting for ${what}`);
    await sleep(10);
  }
}

/** Receives webhooks and verifies their signatures like the shop. */
export class WebhookReceiver {
  readonly #server: Server;
  readonly events: Stripe.Event[] = [];
  /** The number of next deliveries to answer with 500; they are not recorded. */
  refuse = 0;
  badSignatures = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const answer = receiver.#receive(Buffer.concat(chunks), String(request.headers['stripe-signature']));
        response.writeHead(answer).end();
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  #receive(payload: Buffer, signature: string): number {
    if (this.refuse > 0) {
      this.refuse -= 1;
      return 500;
    }
    try {
      this.events.push(Stripe.webhooks.constructEvent(payload, signature, WEBHOOK_SECRET));
      return 200;
    } catch {
      this.badSignatures += 1;
      return 400;
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/webhooks`;
  }

  /** The event types received for an object, in order of arrival. */
  typesAbout(id: string): string[] {
    return this.events.filter((event) => (event.data.object as { id?: string }).id === id).map((event) => event.type);
  }

  async received(type: string, id: string): Promise<Stripe.Event> {
    return await eventually(`${type} of ${id}`, () =>
      this.events.find((event) => event.type === type && (event.data.object as { id?: string }).id === id),
    );
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export class TestStandin {
  readonly #settings: Record<string, string>;
  readonly dataDir: string;
  #process: ChildProcess | undefined;
  url = '';

  private constructor(dataDir: string, settings: Record<string, string>) {
    this.dataDir = dataDir;
    this.#settings = settings;
  }

  static async start(settings: Record<string, string> = {}): Promise<TestStandin> {
    const standin = new TestStandin(await mkdtemp(join(tmpdir(), 'stripe-standin-')), settings);
    await standin.launch();
    return standin;
  }

  /** Starts the process, also after `kill`, with the same data and port. */
  async launch(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        STANDIN_PORT: this.url === '' ? '0' : new URL(this.url).port,
        STANDIN_DATA_DIR: this.dataDir,
        STANDIN_SECRET_KEY: SECRET_KEY,
        STANDIN_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
        STANDIN_WEBHOOK_SECRET: WEBHOOK_SECRET,
        STANDIN_WEBHOOK_RETRY_MS: '40',
        STANDIN_ASYNC_MS: '150',
        ...this.#settings,
      },
    });
    this.#process = child;
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the stand-in exited with code ${code} before it was ready`);
      }),
    ])) as [string];
    this.url = (JSON.parse(line) as { url: string }).url;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Stops the process as an operator does. @returns its exit code */
  async terminate(): Promise<number | null> {
    const child = this.#process!;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** A stripe-node client for this server. */
  client(config: Stripe.StripeConfig = {}): Stripe {
    const { hostname, port } = new URL(this.url);
    return new Stripe(SECRET_KEY, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, ...config });
  }

  async fault(fault: FaultRequest): Promise<Fault> {
    const response = await fetch(`${this.url}/local/faults`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as Fault;
  }

  async ledger(): Promise<Ledger> {
    return (await (await fetch(`${this.url}/local/ledger`)).json()) as Ledger;
  }
}
