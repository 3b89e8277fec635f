/** Support staff in the Temporal UI, who send updates by name with JSON and read the details. */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Services } from '../../infra/services.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { detailsOf } from './details.ts';
import type { AnyBody } from './shop.ts';

export class Desk {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Sends an update to an order. @returns its result, or its refusal as `refused` */
  order(orderId: string, update: string, request: object = {}): Promise<AnyBody> {
    return this.#send(orderWorkflowId(orderId), update, request);
  }

  refund(orderId: string, requestId: string, update: string, request: object = {}): Promise<AnyBody> {
    return this.#send(refundWorkflowId(orderId, requestId), update, request);
  }

  async #send(workflowId: string, update: string, request: object): Promise<AnyBody> {
    const named = { requestId: randomUUID(), requestedBy: 'Anna', reason: 'Customer called', ...request };
    try {
      return await this.#services.temporal.workflow.getHandle(workflowId).executeUpdate(update, { args: [named] });
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) return { refused: String(error.cause?.message) };
      // The UI's message for a workflow that has ended.
      if (error instanceof WorkflowNotFoundError) return { refused: 'This workflow has completed.' };
      throw error;
    }
  }

  /** A case as staff see it, in Markdown. */
  details(workflowId: string): Promise<string> {
    return detailsOf(this.#services.temporal.workflow.getHandle(workflowId));
  }

  case(workflowId: string): Promise<AnyBody> {
    return this.#services.temporal.workflow.getHandle(workflowId).query('case');
  }

  async isRunning(workflowId: string): Promise<boolean> {
    return (await this.#services.temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  }

  /** The history of an order: event type, actor, reason. */
  events(orderId: string): Promise<{ type: string; actor: string; reason: string | null }[]> {
    return this.#services.db.rows('select type, actor, reason from order_events where order_id = $1 order by id', [
      orderId,
    ]);
  }
}
