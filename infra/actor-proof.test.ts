import { describe, expect, it } from 'vitest';
import { roleOf } from '../domain/identity.ts';
import { actorOf, isProven, proveActor } from './actor-proof.ts';

const SECRET = 's'.repeat(32);
const LEAD = 'support_lead:0b7f2b9e-0000-4000-8000-000000000001';

describe('actor proofs', () => {
  it('are valid only for their actor and subject', () => {
    const sender = proveActor(SECRET, LEAD, 'refund:a');
    expect(isProven(SECRET, sender, 'refund:a')).toBe(true);
    expect(isProven(SECRET, { ...sender, requestedBy: 'admin:2' }, 'refund:a')).toBe(false);
    expect(isProven(SECRET, sender, 'refund:b')).toBe(false);
    expect(isProven('t'.repeat(32), sender, 'refund:a')).toBe(false);
    for (const proof of [undefined, '', 'x', `${sender.proof}AAAA`, sender.proof!.slice(1)])
      expect(isProven(SECRET, { ...sender, proof }, 'refund:a')).toBe(false);
  });

  it('make a sender without a valid proof an actor of the Temporal UI, with the role support', () => {
    expect(actorOf(SECRET, proveActor(SECRET, LEAD, 'x'), 'x')).toBe(LEAD);
    const claimed = actorOf(SECRET, { requestedBy: LEAD }, 'x');
    expect(claimed).toBe(`ui:${LEAD}`);
    expect(roleOf(claimed)).toBe('support');
    expect(roleOf(actorOf(SECRET, { requestedBy: 'system' }, 'x'))).toBe('support');
  });
});
