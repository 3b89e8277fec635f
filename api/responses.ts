/** Successful responses of routes: their part of the OpenAPI document, and how they are sent. */
import type { z } from 'zod';
import type { ApiContext } from './context.ts';

export interface Success<Answer> {
  status: 200 | 201 | 202 | 204 | 302 | 303;
  description: string;
  schema?: z.ZodType;
  /** Default: application/json. */
  mediaType?: string;
  /** Another status with the same schema. */
  alternative?: { status: 200 | 202 | 503; description: string };
  send(ctx: ApiContext, answer: Answer): void;
}

/** Sends the body that the handler returns. */
export const gives = <Body>(
  description: string,
  schema: z.ZodType<Body>,
  status: 200 | 201 | 202 = 200,
): Success<Body> => ({
  status,
  description,
  schema,
  send(ctx, body) {
    ctx.status = status;
    ctx.body = body;
  },
});

/** Sends no body. */
export const done = (description: string): Success<void> => ({
  status: 204,
  description,
  send(ctx) {
    ctx.status = 204;
  },
});

/** Redirects to the URL that the handler returns. @param status 303 after a POST */
export const redirects = (description: string, status: 302 | 303 = 302): Success<string> => ({
  status,
  description,
  send(ctx, url) {
    ctx.status = status;
    ctx.redirect(url);
  },
});

/** A response other than JSON, which the route writes itself. */
export const writes = (description: string, mediaType: string, schema: z.ZodType): Success<never> => ({
  status: 200,
  description,
  schema,
  mediaType,
  send() {
    throw new TypeError('the route writes its response itself');
  },
});

/** A body to send with the alternative's status. */
export class Alternative<Body> {
  readonly body: Body;

  constructor(body: Body) {
    this.body = body;
  }
}

/** A response with another status if the handler returns an `Alternative`. */
export function withAlternative<Body>(
  ok: Success<Body>,
  status: 200 | 202 | 503,
  description: string,
): Success<Body | Alternative<Body>> {
  return {
    ...ok,
    alternative: { status, description },
    send(ctx, answer) {
      if (!(answer instanceof Alternative)) return ok.send(ctx, answer);
      ok.send(ctx, answer.body);
      ctx.status = status;
    },
  };
}
