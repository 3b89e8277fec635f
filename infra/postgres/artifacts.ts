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
      await sql.run(sql.query.insertInto('recommendation_parts').values({ owner, name, part: parts, bytes: part }));
      parts += 1;
    }
    await sql.run(
      sql.query
        .insertInto('recommendation_artifacts')
        .values({ owner, name, parts, byte_count: byteCount, sha256: hash.digest('hex') }),
    );
    return { byteCount };
  });
}

/**
 * Reads a whole artifact; undefined when it doesn't exist.
 * @throws ArtifactDamaged when its parts differ from those that were written
 */
export async function readArtifact(db: Sql, owner: string, name: string): Promise<ArrayBuffer | undefined> {
  const whole = await db.row(selectArtifact(db, owner, name));
  if (!whole) return undefined;
  const bytes = new Uint8Array(whole.byte_count);
  const hash = createHash('sha256');
  let at = 0;
  for (let part = 0; part < whole.parts; part += 1) {
    const row = await db.row(
      db.query
        .selectFrom('recommendation_parts')
        .select('bytes')
        .where('owner', '=', owner)
        .where('name', '=', name)
        .where('part', '=', part),
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
  return (await artifactSize(db, owner, name)) !== undefined;
}

/** Bytes of an artifact; undefined when it doesn't exist. */
export async function artifactSize(db: Sql, owner: string, name: string): Promise<number | undefined> {
  return (await db.row(selectArtifact(db, owner, name)))?.byte_count;
}

function selectArtifact(db: Sql, owner: string, name: string) {
  return db.query
    .selectFrom('recommendation_artifacts')
    .select(['parts', 'byte_count', 'sha256'])
    .where('owner', '=', owner)
    .where('name', '=', name);
}

/** @param name deletes all of the owner's artifacts when omitted */
export async function removeArtifact(db: Sql, owner: string, name?: string): Promise<void> {
  for (const table of ['recommendation_artifacts', 'recommendation_parts'] as const) {
    const all = db.query.deleteFrom(table).where('owner', '=', owner);
    await db.run(name === undefined ? all : all.where('name', '=', name));
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
