/**
 * Who asks, proven. Anyone at the Temporal UI can send a workflow any JSON; only the API, which has seen a person's token, can
 * make this proof. It is bound to one subject (a refund, a decision), so that a proof read in a history is good for nothing new.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { uiActor } from '../domain/identity.ts';
import { ID_NAMESPACES } from '../domain/ids.ts';
import { uuidFrom } from './uuid.ts';

/** Who sent a message to a workflow: the API with a proof, or somebody at the Temporal UI with a name that nobody checked. */
export interface Sender {
  requestedBy: string;
  proof?: string;
}

/** The refund that a request asks for: the same request, the same refund. */
export const refundIdOf = (orderId: string, requestId: string): string =>
  uuidFrom(ID_NAMESPACES.refund, `${orderId}:${requestId}`);

/** What the proof of a request, and of a decision, is bound to. */
export const refundSubject = (refundId: string): string => `refund:${refundId}`;
export const decisionSubject = (refundId: string, decision: string): string => `refund:${refundId}:${decision}`;

function digest(secret: string, actor: string, subject: string): Buffer {
  return createHmac('sha256', secret).update(`holdfast actor proof\n${actor}\n${subject}`).digest();
}

/** @param actor `<role>:<user id>` @param subject what the proof is for */
export function proveActor(secret: string, actor: string, subject: string): Sender {
  return { requestedBy: actor, proof: digest(secret, actor, subject).toString('base64url') };
}

export function isProven(secret: string, { requestedBy, proof }: Sender, subject: string): boolean {
  if (!proof) return false;
  const given = Buffer.from(proof, 'base64url');
  const expected = digest(secret, requestedBy, subject);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Without a proof everybody is a name given at the Temporal UI: support, and nothing more. */
export function actorOf(secret: string, sender: Sender, subject: string): string {
  return isProven(secret, sender, subject) ? sender.requestedBy : uiActor(sender.requestedBy);
}
