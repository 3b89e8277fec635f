/** Faults on demand for tests, stored in memory so that a restart clears them. */
import { z } from 'zod';

const match = z
  .strictObject({
    method: z.string().toUpperCase().optional().describe('HTTP method of the request'),
    path: z.string().optional().describe('path of the request; * stands for one segment'),
    event_type: z.string().optional().describe('type of the event delivered'),
  })
  .default({});
const common = {
  match,
  /** How many times it applies; null means until it is deleted. */
  times: z.number().int().min(1).nullable().default(1),
  delay_ms: z.number().int().min(0).max(600_000).default(1000),
  status: z.number().int().min(400).max(599).default(500),
};

const faultSchema = z.discriminatedUnion('target', [
  z.strictObject({
    target: z.literal('api'),
    kind: z.enum(['delay', 'error', 'timeout_after_commit', 'lost']),
    ...common,
  }),
  z.strictObject({
    target: z.literal('webhook'),
    kind: z.enum(['delay', 'error', 'timeout_after_commit', 'lost', 'doubled', 'out_of_order']),
    ...common,
  }),
  z.strictObject({ target: z.literal('charge'), kind: z.literal('processing'), ...common }),
  z.strictObject({
    target: z.literal('refund'),
    kind: z.literal('pending'),
    outcome: z.enum(['succeeded', 'failed']).default('succeeded'),
    ...common,
  }),
]);

export type FaultRequest = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema> & { id: number; struck: number };
type FaultFor<Target extends Fault['target']> = Extract<Fault, { target: Target }>;

function pathMatches(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined) return true;
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, index) => part === '*' || part === given[index]);
}

export class Faults {
  #faults: Fault[] = [];
  #nextId = 1;

  /** @throws z.ZodError */
  add(request: unknown): Fault {
    const fault = { ...faultSchema.parse(request), id: this.#nextId, struck: 0 } as Fault;
    this.#nextId += 1;
    this.#faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  takeApi(method: string, path: string): FaultFor<'api'> | undefined {
    if (this.#faults.length === 0) return undefined;
    return this.#take(
      'api',
      (fault) => (fault.match.method ?? method) === method && pathMatches(fault.match.path, path),
    );
  }

  takeWebhook(eventType: string): FaultFor<'webhook'> | undefined {
    return this.#take('webhook', (fault) => (fault.match.event_type ?? eventType) === eventType);
  }

  takeCharge(): FaultFor<'charge'> | undefined {
    return this.#take('charge', () => true);
  }

  takeRefund(): FaultFor<'refund'> | undefined {
    return this.#take('refund', () => true);
  }

  #take<Target extends Fault['target']>(
    target: Target,
    matches: (fault: FaultFor<Target>) => boolean,
  ): FaultFor<Target> | undefined {
    const ready = (fault: Fault): fault is FaultFor<Target> =>
      fault.target === target &&
      (fault.times === null || fault.struck < fault.times) &&
      matches(fault as FaultFor<Target>);
    const found = this.#faults.find(ready);
    if (found) found.struck += 1;
    return found;
  }
}
