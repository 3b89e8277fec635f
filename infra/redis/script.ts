import type { Redis } from 'ioredis';

/** Keys first, then arguments, as a script's own comment names them. */
export type Script = (...args: (string | number)[]) => Promise<unknown>;

/**
 * Defines a Lua script as a command of the connection; it is sent once and afterwards called by its hash.
 * @param name must differ from all other commands and scripts
 * @param numberOfKeys if omitted, pass it as the first argument of each call
 */
export function defineScript(redis: Redis, name: string, lua: string, numberOfKeys?: number): Script {
  if (!(name in redis)) redis.defineCommand(name, { lua, numberOfKeys });
  return (redis as unknown as Record<string, Script>)[name]!.bind(redis);
}
