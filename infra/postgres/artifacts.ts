/** Large binary data, stored in parts in PostgreSQL so that every worker and API process can read it and backups include it. */
import { createHash } from 'node:crypto';
import type { Database, Sql } from './database.ts';

const PART_BYTES = 4 * 1024 * 1024;

/** The stored bytes differ from those that were written. */
export class ArtifactDamaged extends Error {
  override name = 'ArtifactDamaged';
}

/**
 * Stores an artifact, replacing one of the same name. It becomes visible only when complete: a writer that is killed leaves the previous
 * artifact, or none.
 * @param pieces of any size, in order; called again when the transaction is retried
 */
export async function writeArtifact(
  db: Database,
  owner: string,
  name: string,
  pieces: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<{ byteCount: number }> {
  return db.transaction(async (sql) => {
    await removeArtifact(sql, owner, name);
    const hash = createHash('sha256');
    let byteCount = 0;
    let parts = 0;
    for await (const part of inParts(pieces())) {
      hash.update(part);
      byteCount += part.length;
      await sql.run('insert into recommendation_parts (owner, name, part, bytes) values ($1, $2, $3, $4)', [
        owner,
        name,
        parts,
        part,
      ]);
      parts += 1;
    }
    await sql.run(
      'insert into recommendation_artifacts (owner, name, parts, byte_count, sha256) values ($1, $2, $3, $4, $5)',
      [owner, name, parts, byteCount, hash.digest('hex')],
    );
    return { byteCount };
  });
}

/**
 * Reads a whole artifact; undefined when it doesn't exist.
 * @throws ArtifactDamaged when its parts differ from those that were written
 */
export async function readArtifact(db: Sql, owner: string, name: string): Promise<ArrayBuffer | undefined> {
  const whole = await db.row<{ parts: number; byte_count: number; sha256: string }>(
    'select parts, byte_count, sha256 from recommendation_artifacts where owner = $1 and name = $2',
    [owner, name],
  );
  if (!whole) return undefined;
  const bytes = new Uint8Array(whole.byte_count);
  const hash = createHash('sha256');
  let at = 0;
  for (let part = 0; part < whole.parts; part += 1) {
    const row = await db.row<{ bytes: Buffer }>(
      'select bytes from recommendation_parts where owner = $1 and name = $2 and part = $3',
      [owner, name, part],
    );
    if (!row || at + row.bytes.length > bytes.length) break;
    hash.update(row.bytes);
    bytes.set(row.bytes, at);
    at += row.bytes.length;
  }
  if (at !== bytes.length || hash.digest('hex') !== whole.sha256)
    throw new ArtifactDamaged(`the artifact ${name} of ${owner} is damaged`);
  return bytes.buffer;
}

/** Whether the artifact exists and is complete according to its record. */
export async function hasArtifact(db: Sql, owner: string, name: string): Promise<boolean> {
  const row = await db.row('select 1 from recommendation_artifacts where owner = $1 and name = $2', [owner, name]);
  return row !== undefined;
}

/** @param name deletes all of the owner's artifacts when omitted */
export async function removeArtifact(db: Sql, owner: string, name?: string): Promise<void> {
  for (const table of ['recommendation_artifacts', 'recommendation_parts'] as const) {
    await db.run(`delete from ${table} where owner = $1 and ($2::text is null or name = $2)`, [owner, name ?? null]);
  }
}

/** Copies pieces of any size into parts of equal size. */
async function* inParts(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let part = Buffer.alloc(PART_BYTES);
  let filled = 0;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      const take = Math.min(piece.length - from, PART_BYTES - filled);
      part.set(piece.subarray(from, from + take), filled);
      filled += take;
      from += take;
      if (filled < PART_BYTES) continue;
      yield part;
      part = Buffer.alloc(PART_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}
