/**
 * Proofs of a sender's identity. Anyone in the Temporal UI can send a workflow any JSON; only the API, which has verified a person's token,
 * can create a proof. It is bound to one subject (a refund, a decision), so that a proof copied from a history can't be reused for another.
 */
import { uiActor } from '../domain/identity.ts';
import { ID_NAMESPACES } from '../domain/ids.ts';
import { isSame, signatureOf } from './signed-text.ts';
import { uuidFrom } from './uuid.ts';

/** The sender of a message to a workflow: the API with a proof, or a person in the Temporal UI with an unverified name. */
export interface Sender {
  requestedBy: string;
  proof?: string;
}

/** The ID of the refund that a request creates; a repeated request gives the same ID. */
export const refundIdOf = (orderId: string, requestId: string): string =>
  uuidFrom(ID_NAMESPACES.refund, `${orderId}:${requestId}`);

/** The subject to which the proofs of a refund request and of its decision are bound. */
export const refundSubject = (refundId: string): string => `refund:${refundId}`;
/** The subject to which the proof of a change of an order is bound. */
export const stepSubject = (orderId: string, requestId: string): string => `order:${orderId}:${requestId}`;
export const decisionSubject = (refundId: string, decision: string): string => `refund:${refundId}:${decision}`;

function digest(secret: string, actor: string, subject: string): Buffer {
  return signatureOf(secret, 'actor proof', `${actor}\n${subject}`);
}

/** @param actor `<role>:<user id>` @param subject to which the proof is bound */
export function proveActor(secret: string, actor: string, subject: string): Sender {
  return { requestedBy: actor, proof: digest(secret, actor, subject).toString('base64url') };
}

export function isProven(secret: string, { requestedBy, proof }: Sender, subject: string): boolean {
  if (!proof) return false;
  return isSame(Buffer.from(proof, 'base64url'), digest(secret, requestedBy, subject));
}

/** The verified actor. A sender without a valid proof becomes an actor of the Temporal UI, who has the role support and no more. */
export function actorOf(secret: string, sender: Sender, subject: string): string {
  return isProven(secret, sender, subject) ? sender.requestedBy : uiActor(sender.requestedBy);
}
