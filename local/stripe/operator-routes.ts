/** Operators' routes: totals, faults, and actions of the bank. Accepted only from this machine, and never from web pages. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Standin } from './call.ts';
import { DISPUTE_REASONS } from './dispute-object.ts';
import { chargeToDispute, closeDispute, openDispute } from './disputes.ts';
import { ApiError, resourceMissing } from './errors.ts';
import { NO_CAUSE } from './events.ts';
import { isLoopback, readBody, sendJson } from './http.ts';

interface OperatorCall {
  standin: Standin;
  /** The ID in the path; empty for routes without one. */
  id: string;
  /** The JSON body; undefined for routes without one. */
  body: unknown;
}

interface OperatorRoute {
  method: 'GET' | 'POST' | 'DELETE';
  path: RegExp;
  status: number;
  handle: (call: OperatorCall) => unknown;
}

const disputeRequest = z
  .strictObject({
    payment_intent: z.string().optional(),
    charge: z.string().optional(),
    amount: z.number().int().min(1).optional(),
    reason: z.enum(DISPUTE_REASONS).default('fraudulent'),
  })
  .refine((request) => (request.payment_intent === undefined) !== (request.charge === undefined), {
    message: 'name either a payment_intent or a charge',
  });
const decision = z.strictObject({ outcome: z.enum(['won', 'lost']) });

function dispute({ standin, body }: OperatorCall): unknown {
  const request = disputeRequest.parse(body);
  return standin.store.transaction(() =>
    openDispute(standin, chargeToDispute(standin, request), request.reason, request.amount),
  );
}

function decide({ standin, id, body }: OperatorCall): unknown {
  const { outcome } = decision.parse(body);
  return standin.store.transaction(() => {
    const found = standin.store.disputes.get(id);
    if (!found) throw resourceMissing('dispute', id, 'dispute');
    return closeDispute(standin, found, outcome, NO_CAUSE);
  });
}

function clearFaults({ standin }: OperatorCall): unknown {
  standin.faults.clear();
  return { faults: [] };
}

function route(
  method: OperatorRoute['method'],
  path: RegExp,
  handle: OperatorRoute['handle'],
  status = 200,
): OperatorRoute {
  return { method, path, status, handle };
}

const ROUTES: readonly OperatorRoute[] = [
  route('GET', /^\/local\/ledger$/, ({ standin }) => standin.store.ledger()),
  route('GET', /^\/local\/webhooks$/, ({ standin }) => standin.webhooks.figures()),
  route('GET', /^\/local\/faults$/, ({ standin }) => ({ faults: standin.faults.list() })),
  route('POST', /^\/local\/faults$/, ({ standin, body }) => standin.faults.add(body), 201),
  route('DELETE', /^\/local\/faults$/, clearFaults),
  route('POST', /^\/local\/disputes$/, dispute, 201),
  route('POST', /^\/local\/disputes\/(\w+)\/close$/, decide),
];

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message } });
}

/** @returns whether the path is one of these routes */
export async function serveOperator(
  standin: Standin,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const found = ROUTES.find((candidate) => candidate.method === request.method && candidate.path.test(path));
  if (!found) return false;
  if (!isLoopback(request)) {
    refuse(response, 403, `${path} is available only on this machine.`);
    return true;
  }
  // A page of another origin needs a preflight request to send JSON, which is never allowed here.
  if (found.method === 'POST' && !request.headers['content-type']?.startsWith('application/json')) {
    refuse(response, 415, 'Send it as application/json.');
    return true;
  }
  try {
    const body: unknown = found.method === 'POST' ? JSON.parse(await readBody(request)) : undefined;
    const id = found.path.exec(path)?.[1] ?? '';
    sendJson(response, found.status, found.handle({ standin, id, body }));
  } catch (error) {
    if (error instanceof ApiError) refuse(response, error.status, error.message);
    else if (error instanceof z.ZodError) refuse(response, 400, z.prettifyError(error));
    else if (error instanceof SyntaxError) refuse(response, 400, 'The body is not valid JSON.');
    else throw error;
  }
  return true;
}
