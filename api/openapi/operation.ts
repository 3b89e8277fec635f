import type { z } from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import type { Role } from '../../domain/roles.ts';
import { problem } from '../contracts/common.ts';

interface Operation {
  tag: string;
  summary: string;
  /** Who may call it; left out: anybody. */
  access?: 'account' | 'owner' | 'staff' | 'lead' | 'admin';
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  ok: { status: 200 | 201 | 202 | 204 | 302; description: string; schema?: z.ZodType; mediaType?: string };
  /** Another success, with the same schema. */
  alsoOk?: { status: 200; description: string };
  problems?: Record<string, string>;
}

/** With the roles that are needed, as OpenAPI 3.1 lists them; none: any account. */
const ACCESS: Record<NonNullable<Operation['access']>, { bearer?: Role[]; cart?: [] }[]> = {
  account: [{ bearer: [] }],
  owner: [{ bearer: [] }, { cart: [] }],
  staff: [{ bearer: ['support', 'support_lead', 'admin'] }],
  lead: [{ bearer: ['support_lead', 'admin'] }],
  admin: [{ bearer: ['admin'] }],
};

/** One operation as OpenAPI describes it, with the answers that all of its kind give. */
export function operation(of: Operation): ZodOpenApiOperationObject {
  const content = of.ok.schema && { content: { [of.ok.mediaType ?? 'application/json']: { schema: of.ok.schema } } };
  const problems: Record<string, string> = {
    ...((of.body ?? of.query ?? of.params) && {
      400: 'The request is not valid; `errors` lists every problem',
    }),
    ...(of.access && { 401: 'Not signed in, or the token has expired' }),
    ...(of.access &&
      ACCESS[of.access].some(({ bearer }) => bearer?.length) && { 403: 'The account does not have permission' }),
    ...of.problems,
    429: 'Too many requests; see Retry-After',
  };
  return {
    tags: [of.tag],
    summary: of.summary,
    ...(of.access && {
      security: ACCESS[of.access],
    }),
    requestParams: {
      ...(of.params && { path: of.params }),
      ...(of.query && { query: of.query }),
      ...(of.headers && { header: of.headers }),
    },
    ...(of.body && { requestBody: { content: { 'application/json': { schema: of.body } } } }),
    responses: {
      [of.ok.status]: { description: of.ok.description, ...content },
      ...(of.alsoOk && { [of.alsoOk.status]: { description: of.alsoOk.description, ...content } }),
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          status,
          { description, content: { 'application/problem+json': { schema: problem } } },
        ]),
      ),
    },
  } as ZodOpenApiOperationObject;
}

export const done = (description: string) => ({ status: 204 as const, description });
export const sendsOn = (description: string) => ({ status: 302 as const, description });
export const gives = (description: string, schema: z.ZodType, status: 200 | 201 | 202 = 200) => ({
  status,
  description,
  schema,
});
