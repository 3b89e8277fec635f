/** Declares the API's routes: the parts of a declaration, and how a request is handled by it. */
import type { RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import type { z } from 'zod';
import type { ApiContext, ApiDependencies, ApiState } from './context.ts';
import { type Access, admit } from './middleware/access.ts';
import type { Identity } from './middleware/access-tokens.ts';
import type { RateLimits, RateTier } from './middleware/rate-limit.ts';
import { readForm } from './middleware/read-form.ts';
import { parse } from './middleware/validate.ts';
import type { Success } from './responses.ts';

type Tag =
  | 'Catalog'
  | 'Search'
  | 'Cart'
  | 'Accounts'
  | 'Checkout'
  | 'Orders'
  | 'Refunds'
  | 'Support'
  | 'Analytics'
  | 'Recommendations'
  | 'System';

export interface RouteDependencies extends ApiDependencies {
  limits: RateLimits;
  /** The OpenAPI document as the API serves it. */
  documentation: { json: string; page: string };
}

/** A route's part of the OpenAPI document, and the conditions for a request to reach the handler. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/api`, as documented: `/orders/{id}`. */
  path: `/${string}`;
  tag: Tag;
  summary: string;
  access: Access;
  limit: RateTier | readonly RateTier[] | 'none';
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** Whether an HTML form may also send the body. For routes that change nothing, because other sites' pages can send forms. */
  acceptsForms?: true;
  /** Documents a body whose raw bytes the handler reads itself. */
  rawBody?: z.ZodType;
  ok: Success<unknown>;
  /** Expected errors, in addition to those that follow from access, limits, and schemas. */
  problems?: Partial<Record<400 | 401 | 403 | 404 | 409 | 412 | 422 | 503, string>>;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

type IdentityOf<Given extends Access> = Given extends 'account' | 'staff' | 'lead' | 'admin'
  ? Identity
  : Given extends 'public'
    ? undefined
    : Identity | undefined;

/** A request after the access check, with its parts parsed. */
interface Admitted<Given extends Access, Params, Query, Headers, Body> {
  ctx: ApiContext;
  identity: IdentityOf<Given>;
  params: Parsed<Params>;
  query: Parsed<Query>;
  headers: Parsed<Headers>;
  body: Parsed<Body>;
}

/** The middleware that follows from a declaration. */
interface Steps {
  limits: Middleware<ApiState>[];
  access: Middleware<ApiState>[];
}

type Declaration<
  Services,
  Answer,
  Given extends Access,
  Params extends z.ZodObject | undefined,
  Query extends z.ZodObject | undefined,
  Headers extends z.ZodObject | undefined,
  Body extends z.ZodType | undefined,
> = Omit<Operation, 'access' | 'params' | 'query' | 'headers' | 'body' | 'ok'> & {
  access: Given;
  /** Detail of a `shopper` route's 401, if the usual text does not fit. */
  refusal?: string;
  params?: Params;
  query?: Query;
  headers?: Headers;
  body?: Body;
  ok: Success<Answer>;
  /** Middleware before parsing, instead of the limits followed by the access check. Without the access check, `identity` is undefined. */
  before?(steps: Steps, services: Services): Middleware<ApiState>[];
} & Handler<Admitted<Given, Params, Query, Headers, Body>, Services, Answer>;

type Handler<Request, Services, Answer> =
  | {
      /** Returns what `ok` sends. */
      handle(request: Request, services: Services): NoInfer<Answer> | Promise<NoInfer<Answer>>;
      respond?: undefined;
    }
  | {
      /** Writes the response itself: a stream, cached bytes, or a special status. */
      respond(request: Request, services: Services): void | Promise<void>;
      handle?: undefined;
    };

type UndocumentedRequest<Params> = Pick<Admitted<'public', Params, undefined, undefined, undefined>, 'ctx' | 'params'>;

/** A public route that is not part of the documented API, such as a picture. */
interface UndocumentedRoute<Services, Params extends z.ZodObject | undefined> {
  method: 'get' | 'options';
  path: `/${string}`;
  params?: Params;
  limit: RateTier | 'none';
  before?(services: Services): Middleware<ApiState>[];
  respond(request: UndocumentedRequest<Params>, services: Services): void | Promise<void>;
}

type Step = (ctx: RouterContext<ApiState>, next: () => Promise<unknown>) => unknown;

interface Route<Services> {
  method: Operation['method'] | 'options';
  path: `/${string}`;
  operation?: Operation;
  steps(services: Services, deps: RouteDependencies): Step[];
}

interface Declare<Services> {
  <
    Answer,
    Given extends Access,
    Params extends z.ZodObject | undefined = undefined,
    Query extends z.ZodObject | undefined = undefined,
    Headers extends z.ZodObject | undefined = undefined,
    Body extends z.ZodType | undefined = undefined,
  >(
    declaration: Declaration<Services, Answer, Given, Params, Query, Headers, Body>,
  ): Route<Services>;
  undocumented<Params extends z.ZodObject | undefined = undefined>(
    route: UndocumentedRoute<Services, Params>,
  ): Route<Services>;
}

/** A feature's routes. Their documentation can be read without any connected service. */
export interface RouteList {
  readonly operations: readonly Operation[];
  /** Returns the routes for a router, after creating the feature's services once. */
  connect(deps: RouteDependencies): { method: Route<unknown>['method']; path: string; steps: Step[] }[];
}

/**
 * @param services creates the dependencies of the feature's handlers
 * @param declare returns the routes, each created with the `route` function that it is passed
 */
export function declareRoutes<Services>(
  services: (deps: RouteDependencies) => Services,
  declare: (route: Declare<Services>) => readonly Route<Services>[],
): RouteList {
  const routes = declare(route);
  return {
    operations: routes.flatMap(({ operation }) => operation ?? []),
    connect(deps) {
      const created = services(deps);
      return routes.map(({ method, path, steps }) => ({ method, path, steps: steps(created, deps) }));
    },
  };
}

function documented<
  Services,
  Answer,
  Given extends Access,
  Params extends z.ZodObject | undefined,
  Query extends z.ZodObject | undefined,
  Headers extends z.ZodObject | undefined,
  Body extends z.ZodType | undefined,
>(declaration: Declaration<Services, Answer, Given, Params, Query, Headers, Body>): Route<Services> {
  const { method, path, access, limit, refusal, ok } = declaration;
  return {
    method,
    path,
    operation: declaration,
    steps(services, deps) {
      const usual: Steps = { limits: limitSteps(limit, deps.limits), access: admit(access, deps, refusal) };
      const before = declaration.before?.(usual, services) ?? [...usual.limits, ...usual.access];
      const form = declaration.acceptsForms ? [readForm] : [];
      const answer: Step = async (ctx) => {
        const request = admitted(declaration, ctx) as Admitted<Given, Params, Query, Headers, Body>;
        if (declaration.respond) await declaration.respond(request, services);
        else ok.send(ctx, await declaration.handle(request, services));
      };
      return [...before, ...form, answer];
    },
  };
}

function undocumented<Services, Params extends z.ZodObject | undefined>(
  route: UndocumentedRoute<Services, Params>,
): Route<Services> {
  const { method, path } = route;
  return {
    method,
    path,
    steps: (services, deps) => [
      ...limitSteps(route.limit, deps.limits),
      ...(route.before?.(services) ?? []),
      (ctx) => route.respond(admitted(route, ctx) as UndocumentedRequest<Params>, services),
    ],
  };
}

const route = Object.assign(documented, { undocumented });

/** @returns `Admitted`; TypeScript can't infer the parts' types because each schema is optional */
function admitted(
  { params, headers, query, body }: Partial<Pick<Operation, 'params' | 'headers' | 'query' | 'body'>>,
  ctx: RouterContext<ApiState>,
): unknown {
  return {
    ctx,
    identity: ctx.state.identity,
    params: params && parse(params, ctx.params, 'address'),
    headers: headers && parse(headers, ctx.headers, 'headers'),
    query: query && parse(query, ctx.query, 'query'),
    body: body && parse(body, ctx.request.body, 'body'),
  };
}

function limitSteps(limit: Operation['limit'], limits: RateLimits): Middleware<ApiState>[] {
  if (limit === 'none') return [];
  return [limit].flat().map((tier) => limits.limit(tier));
}
