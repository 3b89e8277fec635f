import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { choosePorts, isPortFree } from './ports.ts';

const servers: ReturnType<typeof createServer>[] = [];
async function occupied(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return (server.address() as { port: number }).port;
}
afterAll(() => {
  for (const server of servers) server.close();
});

it('distinguishes a free port from one in use', async () => {
  const port = await occupied();
  expect(await isPortFree(port)).toBe(false);
});

it('chooses the preferred port, or the next free one', async () => {
  const port = await occupied();
  const { shop } = await choosePorts([{ name: 'shop', preferred: port }]);
  expect(shop).toBeGreaterThan(port);
});

it('reuses the ports of the last start while they are free', async () => {
  const inUse = await occupied();
  const wishes = [{ name: 'kept' }, { name: 'moved' }];
  const { kept } = await choosePorts(wishes);
  const again = await choosePorts(wishes, { kept: kept!, moved: inUse });
  expect(again.kept).toBe(kept);
  expect(again.moved).not.toBe(inUse);
});

it('chooses no port twice, and none that is taken', async () => {
  const { first } = await choosePorts([{ name: 'first' }]);
  const wishes = ['a', 'b', 'c'].map((name) => ({ name, preferred: first! }));
  const ports = Object.values(await choosePorts(wishes, {}, new Set([first!])));
  expect(new Set([first, ...ports]).size).toBe(4);
});

it('reports a required port that is in use', async () => {
  const port = await occupied();
  await expect(choosePorts([{ name: 'api', preferred: port, demandedBy: 'API_PORT' }])).rejects.toThrow(
    `API_PORT=${port} is in use`,
  );
});
