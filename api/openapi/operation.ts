/** Converts declared routes to OpenAPI operations. */
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { problem } from '../contracts/common.ts';
import { ACCESS } from '../middleware/access.ts';
import type { Success } from '../responses.ts';
import type { Operation } from '../route.ts';

/** @throws when two routes have the same method and path */
export function describePaths(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of operations) {
    const { method } = operation;
    const path = `/api${operation.path}`;
    if (paths[path]?.[method]) throw new Error(`${method} ${path} is declared twice`);
    paths[path] = { ...paths[path], [method]: describe(operation) };
  }
  return paths;
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  const { tag, summary, access, params, query, headers, body, rawBody, acceptsForms, ok } = operation;
  const { security } = ACCESS[access];
  const schema = body ?? rawBody;
  const form = acceptsForms && { 'application/x-www-form-urlencoded': { schema } };
  return {
    tags: [tag],
    summary,
    ...(security && { security }),
    requestParams: { ...(params && { path: params }), ...(query && { query }), ...(headers && { header: headers }) },
    ...(schema && { requestBody: { content: { 'application/json': { schema }, ...form } } }),
    responses: { ...successes(ok), ...problems(operation) },
  } as ZodOpenApiOperationObject;
}

function successes({ status, description, schema, mediaType = 'application/json', alternative }: Success<unknown>) {
  const content = schema && { content: { [mediaType]: { schema } } };
  return {
    [status]: { description, ...content },
    ...(alternative && { [alternative.status]: { description: alternative.description, ...content } }),
  };
}

/** The route's expected errors, and those that follow from its declaration. */
function problems({ access, limit, params, query, body, rawBody, problems }: Operation) {
  const { security } = ACCESS[access];
  const descriptions = {
    ...((body ?? rawBody ?? query ?? params) && { 400: 'The request is not valid; `errors` lists every problem' }),
    ...(security && { 401: 'Not signed in, or the token has expired' }),
    ...(security?.some((scheme) => 'bearer' in scheme && scheme.bearer.length > 0) && {
      403: 'The account does not have permission',
    }),
    ...problems,
    431: 'The URL or the headers are too long',
    ...(limit !== 'none' && { 429: 'Too many requests; see Retry-After' }),
  };
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: problem } } },
    ]),
  );
}
