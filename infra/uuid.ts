import { createHash } from 'node:crypto';
import { uuidV5 } from '../domain/ids.ts';

/** A version 5 UUID: the same name always gives the same ID. */
export function uuidFrom(namespace: string, name: string): string {
  return uuidV5(namespace, name, (bytes) => createHash('sha1').update(bytes).digest());
}
