/** Encodes a history as bytes: columns of numbers and tables of names, compressed to about a fifth. */
import { Readable } from 'node:stream';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import type { History } from '../model/history.ts';

const MAGIC = 'HOLDFAST-HIS';
const VERSION = 1;
/** Bytes before the header: the magic word, the version, and the header's length. */
const PREAMBLE = 24;
/** Size of the pieces that are passed on; a whole column of five million numbers would be in memory twice. */
const PIECE_BYTES = 1024 * 1024;

const COLUMNS = {
  timeMsOf: Float64Array,
  customerOf: Int32Array,
  itemOf: Int32Array,
  invoiceOf: Int32Array,
  kindOf: Uint8Array,
} as const;
type Column = keyof typeof COLUMNS;

interface Header {
  lines: number;
  invoices: number;
  customers: string[];
  items: string[];
}

/** The history as compressed bytes, in pieces that are stored one after the other. */
export function encodeHistory(history: History): AsyncIterable<Uint8Array> {
  return Readable.from(plainPieces(history), { objectMode: false }).compose(createZstdCompress());
}

/**
 * Decodes a history.
 * @throws RangeError when the bytes are not a history, or are truncated
 */
export async function decodeHistory(bytes: ArrayBuffer): Promise<History> {
  const parts: Buffer[] = [];
  const input = Readable.from([Buffer.from(bytes)], { objectMode: false });
  for await (const part of input.compose(createZstdDecompress())) parts.push(part as Buffer);
  const plain = Buffer.concat(parts);
  if (plain.length < PREAMBLE || plain.toString('latin1', 0, MAGIC.length) !== MAGIC)
    throw new RangeError('the data is not an exported history');
  if (plain.readUInt32LE(16) !== VERSION)
    throw new RangeError(
      `the history has format version ${plain.readUInt32LE(16)}; this build reads version ${VERSION}`,
    );
  let at = PREAMBLE + plain.readUInt32LE(20);
  const { lines, invoices, customers, items } = JSON.parse(plain.toString('utf8', PREAMBLE, at)) as Header;
  const column = <Name extends Column>(name: Name): InstanceType<(typeof COLUMNS)[Name]> => {
    const size = lines * COLUMNS[name].BYTES_PER_ELEMENT;
    if (at + size > plain.length) throw new RangeError('the history is truncated');
    // Copy the bytes, since typed arrays must begin at a multiple of their element size.
    const own = new Uint8Array(size);
    own.set(plain.subarray(at, at + size));
    at += size;
    return new COLUMNS[name](own.buffer) as InstanceType<(typeof COLUMNS)[Name]>;
  };
  return {
    invoices,
    customers,
    items,
    timeMsOf: column('timeMsOf'),
    customerOf: column('customerOf'),
    itemOf: column('itemOf'),
    invoiceOf: column('invoiceOf'),
    kindOf: column('kindOf'),
  };
}

function* plainPieces(history: History): Generator<Uint8Array> {
  const { customers, items, invoices } = history;
  const header: Header = { lines: history.itemOf.length, invoices, customers: [...customers], items: [...items] };
  const text = Buffer.from(JSON.stringify(header));
  const preamble = Buffer.alloc(PREAMBLE);
  preamble.write(MAGIC, 'latin1');
  preamble.writeUInt32LE(VERSION, 16);
  preamble.writeUInt32LE(text.length, 20);
  yield preamble;
  yield text;
  for (const name of Object.keys(COLUMNS) as Column[]) {
    const { buffer, byteOffset, byteLength } = history[name];
    for (let from = 0; from < byteLength; from += PIECE_BYTES)
      yield new Uint8Array(buffer, byteOffset + from, Math.min(PIECE_BYTES, byteLength - from));
  }
}
