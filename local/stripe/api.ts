/** Handles a request to Stripe's API: key, idempotency key, faults, transaction, response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Call, KeyKind, Standin } from './call.ts';
import { ApiError, internalError, invalidParameter, secretKeyRequired, unauthorized } from './errors.ts';
import { API_VERSION } from './events.ts';
import { visibleTo } from './expand.ts';
import type { Fault } from './faults.ts';
import { decodeForm, FormError, type FormObject } from './form.ts';
import { BodyTooLarge, decodeBody, readBody, sendText } from './http.ts';
import type { IdempotencyKeys, KeyedRequest } from './idempotency.ts';
import { newRequestId } from './ids.ts';
import { Parameters } from './parameters.ts';
import { findRoute, type Match } from './router.ts';

const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Request-Id, Idempotent-Replayed, Stripe-Should-Retry',
};

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, Stripe-Version',
    'Access-Control-Max-Age': '86400',
  });
  response.end();
}

function givenKey(request: IncomingMessage, parameters: FormObject): string | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith('Bearer ')) return header.slice('Bearer '.length).trim();
  if (header?.startsWith('Basic ')) {
    return Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8').split(':')[0];
  }
  return typeof parameters.key === 'string' ? parameters.key : undefined;
}

function authenticate(standin: Standin, key: string | undefined): KeyKind {
  if (!key) {
    throw unauthorized(
      'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth ' +
        "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (key === standin.settings.secretKey) return 'secret';
  if (key === standin.settings.publishableKey) return 'publishable';
  throw unauthorized(`Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`);
}

function unrecognized(method: string, path: string): ApiError {
  const message = `Unrecognized request URL (${method}: ${path}). The stand-in serves only the part of Stripe's API that the shop uses.`;
  return new ApiError(404, { type: 'invalid_request_error', message }, false);
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof FormError || error instanceof BodyTooLarge) return invalidParameter('body', error.message);
  console.error(error);
  return internalError();
}

/** Serves `/v1/…`. */
export class Api {
  readonly #standin: Standin;
  readonly #keys: IdempotencyKeys;

  constructor(standin: Standin, keys: IdempotencyKeys) {
    this.#standin = standin;
    this.#keys = keys;
  }

  async serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const requestId = newRequestId();
    const headers: Record<string, string> = {
      ...CORS_HEADERS,
      'Request-Id': requestId,
      'Stripe-Version': String(request.headers['stripe-version'] ?? API_VERSION),
    };
    let answer: Answer | undefined;
    try {
      answer = await this.#answer(request, url, requestId, headers);
    } catch (error) {
      const { status, body } = toApiError(error);
      answer = { status, body: JSON.stringify({ error: body }) };
    }
    if (answer) sendText(response, answer.status, 'application/json', answer.body, headers);
    else request.socket.destroy();
  }

  /** Undefined means that the connection is dropped without a response. */
  async #answer(
    request: IncomingMessage,
    url: URL,
    requestId: string,
    headers: Record<string, string>,
  ): Promise<Answer | undefined> {
    const method = request.method ?? 'GET';
    const body = method === 'POST' ? await readBody(request) : '';
    const given = method === 'POST' ? decodeBody(request.headers['content-type'], body) : decodeForm(url.search);
    const keyKind = authenticate(this.#standin, givenKey(request, given));
    delete given.key;
    const match = findRoute(method, url.pathname);
    if (!match) throw unrecognized(method, url.pathname);
    if (keyKind === 'publishable' && !match.route.publishable) throw secretKeyRequired();

    const keyed = this.#keyedRequest(request, method, url.pathname, given);
    if (keyed) {
      headers['Idempotency-Key'] = keyed.key;
      const replay = this.#keys.acquire(keyed);
      if (replay) {
        headers['Idempotent-Replayed'] = 'true';
        headers['Original-Request'] = replay.originalRequestId;
        return replay;
      }
      headers['Original-Request'] = requestId;
    }
    try {
      const fault = this.#standin.faults.takeApi(method, url.pathname);
      if (fault) {
        const stopped = await strikeBefore(fault);
        if (stopped) return stopped === 'dropped' ? undefined : stopped;
      }
      const call: Call = {
        standin: this.#standin,
        cause: { requestId, idempotencyKey: keyed?.key ?? null },
        keyKind,
        parameters: new Parameters(given),
        id: match.id,
      };
      const answer = this.#execute(match, call, keyed);
      return fault?.kind === 'timeout_after_commit' ? undefined : answer;
    } finally {
      if (keyed) this.#keys.release(keyed);
    }
  }

  #keyedRequest(request: IncomingMessage, method: string, path: string, given: FormObject): KeyedRequest | undefined {
    const key = request.headers['idempotency-key'];
    if (method !== 'POST' || typeof key !== 'string' || key === '') return undefined;
    if (key.length > 255)
      throw invalidParameter('Idempotency-Key', 'Idempotency keys can be at most 255 characters long.');
    return this.#keys.describe(key, path, given);
  }

  /** Writes the change, its events, and the response under its idempotency key in one transaction. */
  #execute(match: Match, call: Call, keyed: KeyedRequest | undefined): Answer {
    const { store } = this.#standin;
    const requestId = call.cause.requestId!;
    if (match.route.method === 'GET') return attempt(match, call);
    try {
      return store.transaction(() => {
        const answer = match.route.handle(call);
        if (keyed) this.#keys.keep(keyed, requestId, answer);
        return answer;
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const refusal = refusalOf(error, call);
      if (keyed && error.executed) this.#keys.keep(keyed, requestId, refusal);
      return refusal;
    }
  }
}

function attempt(match: Match, call: Call): Answer {
  try {
    return match.route.handle(call);
  } catch (error) {
    if (error instanceof ApiError) return refusalOf(error, call);
    throw error;
  }
}

/** An error's body, with only those fields of the PaymentIntent that the caller's key may see. */
function refusalOf(error: ApiError, call: Call): Answer {
  const { payment_intent: intent } = error.body;
  const body = intent ? { ...error.body, payment_intent: visibleTo(call, intent) } : error.body;
  return { status: error.status, body: JSON.stringify({ error: body }) };
}

/** Applies a fault before the request is processed; a response or a dropped connection ends the request. */
export async function strikeBefore(fault: Extract<Fault, { target: 'api' }>): Promise<Answer | 'dropped' | undefined> {
  switch (fault.kind) {
    case 'delay':
      await sleep(fault.delay_ms);
      return undefined;
    case 'error': {
      const { status, body } = internalError('An error of the stand-in; nothing was changed.', fault.status);
      return { status, body: JSON.stringify({ error: body }) };
    }
    case 'lost':
      return 'dropped';
    case 'timeout_after_commit':
      return undefined;
  }
}
