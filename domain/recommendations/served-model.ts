/** The served recommendation model: all results of training, as arrays in memory and as stored bytes. */

/** Compressed sparse rows. */
export interface SparseRows {
  /** Start of each row in `indices` and `values`, plus the end of the last row. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface ServedModel {
  /** End of the purchases that it was trained on, epoch milliseconds. */
  readonly trainedUntilMs: number;
  /** Product IDs; all other arrays refer to products by their places in this list. */
  readonly items: readonly string[];
  /** Row: an item that a shopper showed interest in; its entries: items that this recommends, and how strongly. */
  readonly influence: SparseRows;
  /** Items bought together with each item: `count` places for each, best first, −1 for unused places. */
  readonly companions: { readonly count: number; readonly indices: Int32Array; readonly scores: Float32Array };
  /** By item: less than 1 for popular items, which shoppers find without recommendations. */
  readonly novelty: Float32Array;
  /** By item: how likely shoppers are to buy it again, from its sales in recent weeks and its share of repeat buyers. */
  readonly sellingNow: Float32Array;
  /** All items, current bestsellers first. */
  readonly popular: Int32Array;
}

const MAGIC = 'HOLDFAST-REC';
const VERSION = 1;
const ALIGNMENT = 8;
const PREAMBLE = 24;

type Numbers = Int32Array | Float32Array;

/** The arrays of a model in the order in which they are stored. */
const ARRAYS = {
  'influence.starts': 'int32',
  'influence.indices': 'int32',
  'influence.values': 'float32',
  'companions.indices': 'int32',
  'companions.scores': 'float32',
  novelty: 'float32',
  sellingNow: 'float32',
  popular: 'int32',
} as const;
type ArrayName = keyof typeof ARRAYS;

interface Header {
  trainedUntilMs: number;
  items: string[];
  companionCount: number;
  lengths: Record<ArrayName, number>;
}

function arraysOf(model: ServedModel): Record<ArrayName, Numbers> {
  return {
    'influence.starts': model.influence.starts,
    'influence.indices': model.influence.indices,
    'influence.values': model.influence.values,
    'companions.indices': model.companions.indices,
    'companions.scores': model.companions.scores,
    novelty: model.novelty,
    sellingNow: model.sellingNow,
    popular: model.popular,
  };
}

/** Encodes a model as chunks of bytes to store in order; numbers are little-endian. */
export function* encodeModel(model: ServedModel): Generator<Uint8Array> {
  const arrays = arraysOf(model);
  const header: Header = {
    trainedUntilMs: model.trainedUntilMs,
    items: [...model.items],
    companionCount: model.companions.count,
    lengths: Object.fromEntries(
      Object.entries(arrays).map(([name, { length }]) => [name, length]),
    ) as Header['lengths'],
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const preamble = new Uint8Array(PREAMBLE);
  preamble.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(preamble.buffer);
  view.setUint32(16, VERSION, true);
  view.setUint32(20, text.length, true);
  yield preamble;
  yield text;
  yield new Uint8Array(padding(PREAMBLE + text.length));
  for (const name of Object.keys(ARRAYS) as ArrayName[]) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    yield new Uint8Array(buffer, byteOffset, byteLength);
    yield new Uint8Array(padding(byteLength));
  }
}

/**
 * Decodes a model. Its arrays are views of `bytes`, which must not change afterwards.
 * @throws RangeError when the bytes are not a model, are truncated, or refer to items that don't exist
 */
export function decodeModel(bytes: ArrayBuffer): ServedModel {
  const head = new Uint8Array(bytes, 0, Math.min(PREAMBLE, bytes.byteLength));
  if (bytes.byteLength < PREAMBLE || new TextDecoder().decode(head.subarray(0, MAGIC.length)) !== MAGIC)
    throw new RangeError('the data is not a recommendation model');
  const view = new DataView(bytes);
  if (view.getUint32(16, true) !== VERSION)
    throw new RangeError(
      `the model has format version ${view.getUint32(16, true)}; this build reads version ${VERSION}`,
    );
  const headerBytes = view.getUint32(20, true);
  if (PREAMBLE + headerBytes > bytes.byteLength) throw new RangeError('the model is truncated');
  const header = readHeader(new Uint8Array(bytes, PREAMBLE, headerBytes));
  let at = PREAMBLE + headerBytes + padding(PREAMBLE + headerBytes);
  const arrays = {} as Record<ArrayName, Numbers>;
  for (const name of Object.keys(ARRAYS) as ArrayName[]) {
    const length = header.lengths[name];
    if (at + length * 4 > bytes.byteLength) throw new RangeError('the model is truncated');
    arrays[name] = ARRAYS[name] === 'int32' ? new Int32Array(bytes, at, length) : new Float32Array(bytes, at, length);
    at += length * 4 + padding(length * 4);
  }
  const model: ServedModel = {
    trainedUntilMs: header.trainedUntilMs,
    items: header.items,
    influence: {
      starts: arrays['influence.starts'] as Int32Array,
      indices: arrays['influence.indices'] as Int32Array,
      values: arrays['influence.values'] as Float32Array,
    },
    companions: {
      count: header.companionCount,
      indices: arrays['companions.indices'] as Int32Array,
      scores: arrays['companions.scores'] as Float32Array,
    },
    novelty: arrays.novelty as Float32Array,
    sellingNow: arrays.sellingNow as Float32Array,
    popular: arrays.popular as Int32Array,
  };
  checkShape(model);
  return model;
}

/** @throws RangeError when the bytes have no valid header */
function readHeader(bytes: Uint8Array): Header {
  let header: Header | undefined;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch {
    // Handled below, like a header of another shape.
  }
  const isLength = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (
    !Number.isFinite(header?.trainedUntilMs) ||
    !Array.isArray(header?.items) ||
    !header.items.every((item) => typeof item === 'string') ||
    !isLength(header.companionCount) ||
    !Object.keys(ARRAYS).every((name) => isLength(header.lengths?.[name as ArrayName]))
  )
    throw new RangeError('the model is inconsistent');
  return header;
}

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

/** Queries don't check bounds, so this rejects places outside the lists and values that are not numbers. */
function checkShape({ items, influence, companions, novelty, sellingNow, popular }: ServedModel): void {
  const count = items.length;
  const isWhole =
    influence.starts.length === count + 1 &&
    influence.starts[count] === influence.indices.length &&
    influence.values.length === influence.indices.length &&
    companions.indices.length === count * companions.count &&
    companions.scores.length === companions.indices.length &&
    novelty.length === count &&
    sellingNow.length === count &&
    popular.length === count;
  const isPlace = (place: number) => place >= 0 && place < count;
  if (
    !isWhole ||
    !influence.starts.every((start, row) => (row === 0 ? start === 0 : start >= influence.starts[row - 1]!)) ||
    !influence.indices.every(isPlace) ||
    !companions.indices.every((place) => place === -1 || isPlace(place)) ||
    !popular.every(isPlace) ||
    ![influence.values, companions.scores, novelty, sellingNow].every((list) => list.every(Number.isFinite))
  )
    throw new RangeError('the model is inconsistent');
}
