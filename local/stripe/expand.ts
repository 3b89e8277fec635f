/** Responds with objects and pages, with `expand[]` applied. */
import type { Answer, Call } from './call.ts';
import type { Collection, Identified, Page } from './collection.ts';
import { type ApiError, invalidParameter, resourceMissing } from './errors.ts';
import type { Store } from './store.ts';

type Plain = Record<string, unknown>;

function fetchById(store: Store, id: string): unknown {
  if (id.startsWith('pi_')) return store.paymentIntents.get(id);
  if (id.startsWith('ch_')) return store.charges.get(id);
  if (id.startsWith('re_')) return store.refunds.get(id);
  if (id.startsWith('dp_')) return store.disputes.get(id);
  if (id.startsWith('pm_')) return store.paymentMethods.get(id);
  return undefined;
}

function notExpandable(path: string): ApiError {
  return invalidParameter('expand', `This property cannot be expanded (${path}).`);
}

function refundsOf(store: Store, charge: Plain): object {
  const page = store.refunds.page({ limit: 100, created: {}, where: { charge: String(charge.id) } });
  return {
    object: 'list',
    data: page.documents.map((document) => JSON.parse(document) as unknown),
    has_more: page.hasMore,
    url: `/v1/charges/${String(charge.id)}/refunds`,
  };
}

function expandPath(store: Store, target: unknown, parts: readonly string[], path: string): void {
  const [name, ...rest] = parts;
  if (name === undefined || target === null) return;
  if (Array.isArray(target)) {
    for (const item of target) expandPath(store, item, parts, path);
    return;
  }
  if (typeof target !== 'object') throw notExpandable(path);
  const holder = target as Plain;
  if (name === 'refunds' && holder.object === 'charge') holder.refunds ??= refundsOf(store, holder);
  if (!Object.hasOwn(holder, name)) throw notExpandable(path);
  const value = holder[name];
  if (typeof value === 'string') {
    const found = fetchById(store, value);
    if (!found) throw notExpandable(path);
    holder[name] = found;
  }
  expandPath(store, holder[name], rest, path);
}

function expand(store: Store, document: object, paths: readonly string[]): void {
  for (const path of paths) expandPath(store, document, path.split('.'), path);
}

/** PaymentIntent properties that a publishable key may see. */
const PUBLIC_FIELDS = [
  'id',
  'object',
  'amount',
  'amount_details',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
] as const;

/** The fields of an object that the caller's key may see. */
export function visibleTo(call: Call, object: object): object {
  if (call.keyKind === 'secret' || (object as Plain).object !== 'payment_intent') return object;
  return Object.fromEntries(PUBLIC_FIELDS.map((field) => [field, (object as Plain)[field]]));
}

/** Responds with an object. Call after reading all other parameters. */
export function answerObject(call: Call, object: object): Answer {
  const paths = call.parameters.list('expand') ?? [];
  call.parameters.finish();
  const visible = visibleTo(call, object);
  if (paths.length === 0) return { status: 200, body: JSON.stringify(visible) };
  const copy = structuredClone(visible);
  expand(call.standin.store, copy, paths);
  return { status: 200, body: JSON.stringify(copy) };
}

/** Responds with a page of a list, newest first. */
export function answerPage<Item extends Identified>(
  call: Call,
  collection: Collection<Item>,
  url: string,
  where: Record<string, string | readonly string[] | undefined>,
  present?: (item: Item) => Item,
): Answer {
  const { parameters } = call;
  const limit = parameters.integer('limit') ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidParameter(
      'limit',
      `This value must be between 1 and 100 (it was ${limit}).`,
      'parameter_invalid_integer',
    );
  }
  const startingAfter = parameters.text('starting_after');
  const endingBefore = parameters.text('ending_before');
  const created = parameters.createdRange();
  const paths = parameters.list('expand') ?? [];
  parameters.finish();
  let page: Page;
  try {
    page = collection.page({ limit, startingAfter, endingBefore, created, where });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const cursor = startingAfter === error.message ? 'starting_after' : 'ending_before';
    throw resourceMissing('object', error.message, cursor, 400);
  }
  const documents = present
    ? page.documents.map((document) => JSON.stringify(present(JSON.parse(document) as Item)))
    : page.documents;
  const head = `{"object":"list","url":${JSON.stringify(url)},"has_more":${page.hasMore},"data":[`;
  const body = `${head}${documents.join(',')}]}`;
  if (paths.length === 0) return { status: 200, body };
  const list = JSON.parse(body) as object;
  expand(call.standin.store, list, paths);
  return { status: 200, body: JSON.stringify(list) };
}
