/** Chooses free loopback ports, the same ones as last time if possible. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a chosen port before it is used. */
const RANDOM_PORTS = { from: 20_000, to: 31_999 };

/** Whether a server can listen on 127.0.0.1 at this port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export interface PortWish {
  readonly name: string;
  /** First choice; otherwise the next free port above it. If unset, any free port. */
  readonly preferred?: number;
  /** Setting that requires exactly the preferred port. */
  readonly demandedBy?: string;
}

/**
 * Chooses a free port for each wish.
 * @param remembered ports of the last start, which are reused if still free
 * @param given ports that are already assigned although no server listens there yet
 * @returns distinct ports by name
 * @throws when a required port is in use
 */
export async function choosePorts(
  wishes: readonly PortWish[],
  remembered: Readonly<Record<string, number>> = {},
  given: ReadonlySet<number> = new Set(),
): Promise<Record<string, number>> {
  const chosen: Record<string, number> = {};
  const taken = new Set(given);
  // Remembered ports are reserved, so that no other request can move up to one.
  const reserved = new Set(wishes.flatMap(({ name }) => remembered[name] ?? []));
  for (const { name, preferred, demandedBy } of wishes) {
    const wanted = demandedBy && preferred ? [preferred] : candidates(remembered[name], preferred, reserved);
    const port = await firstFree(wanted, taken);
    if (port === undefined && demandedBy)
      throw new Error(`${demandedBy}=${preferred} is in use. Free the port or choose another.`);
    if (port === undefined)
      throw new Error(`No free port on 127.0.0.1 for ${name}. Close some programs and try again.`);
    chosen[name] = port;
    taken.add(port);
  }
  return chosen;
}

function* candidates(remembered: number | undefined, preferred: number | undefined, reserved: Set<number>) {
  if (remembered !== undefined) yield remembered;
  if (preferred !== undefined) {
    for (let port = preferred; port < preferred + 200 && port < 65_536; port += 1) if (!reserved.has(port)) yield port;
  } else {
    for (let attempt = 0; attempt < 200; attempt += 1) yield randomInt(RANDOM_PORTS.from, RANDOM_PORTS.to + 1);
  }
}

async function firstFree(ports: Iterable<number>, taken: ReadonlySet<number>): Promise<number | undefined> {
  for (const port of ports) if (!taken.has(port) && (await isPortFree(port))) return port;
  return undefined;
}
