/** For tests: a mailbox in a separate process on free ports, which can be killed and restarted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Message, Summary } from './store.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export class TestMailbox {
  readonly #dataDir: string;
  #process: ChildProcess | undefined;
  url = '';
  smtpUrl = '';

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  static async start(): Promise<TestMailbox> {
    const mailbox = new TestMailbox(await mkdtemp(join(tmpdir(), 'mailbox-')));
    await mailbox.launch();
    return mailbox;
  }

  /** Starts the process, also after `kill`, with the same data and ports. */
  async launch(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        MAILBOX_PORT: this.url && new URL(this.url).port,
        MAILBOX_SMTP_PORT: this.smtpUrl && new URL(this.smtpUrl).port,
        MAILBOX_DATA_DIR: this.#dataDir,
      },
    });
    this.#process = child;
    const lines = createInterface({ input: child.stdout! });
    const [line] = (await Promise.race([
      once(lines, 'line'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the mailbox exited with code ${code} before it was ready`);
      }),
    ])) as [string];
    const { url, smtpUrl } = JSON.parse(line) as { url: string; smtpUrl: string };
    this.url = url;
    this.smtpUrl = smtpUrl;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops the process as an operator does. @returns its exit code */
  async terminate(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** Emails to an address in the mailbox at this URL, newest first. */
export async function mailsTo(mailboxUrl: string, address: string): Promise<Message[]> {
  const query = new URLSearchParams({ to: address });
  const { messages } = (await getJson(`${mailboxUrl}/api/messages?${query}`)) as { messages: Summary[] };
  return Promise.all(messages.map(({ id }) => getJson(`${mailboxUrl}/api/messages/${id}`) as Promise<Message>));
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
