import type { Redis } from 'ioredis';

/** Keys first, then arguments, as a script's own comment names them. */
export type Script = (...args: (string | number)[]) => Promise<unknown>;

/**
 * Makes a Lua script a command of the connection; it is sent once and called by its hash from then on.
 * @param name of no other command or script
 * @param numberOfKeys left out, each call begins with it
 */
export function defineScript(redis: Redis, name: string, lua: string, numberOfKeys?: number): Script {
  if (!(name in redis)) redis.defineCommand(name, { lua, numberOfKeys });
  return (redis as unknown as Record<string, Script>)[name]!.bind(redis);
}
