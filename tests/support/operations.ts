/** The API's operations in its OpenAPI document and in its routers. */
import Router from '@koa/router';
import { vi } from 'vitest';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { paths } from '../../api/openapi/document.ts';
import type { Role } from '../../domain/roles.ts';

/** Everyone; every account or guest cart; every account; or the accounts with one of these roles. */
export type Access = 'anyone' | 'owner' | 'account' | readonly Role[];

export interface DocumentedOperation {
  /** The documented name, such as `GET /api/orders/{id}`. */
  name: string;
  method: string;
  path: string;
  access: Access;
  /** The lowest status code of a success. */
  success: number;
  statuses: readonly number[];
  hasBody: boolean;
  hasQuery: boolean;
}

export const documentedOperations: readonly DocumentedOperation[] = Object.entries(paths).flatMap(([path, item]) =>
  (Object.entries(item as object) as [string, ZodOpenApiOperationObject][]).map(([verb, operation]) => {
    const method = verb.toUpperCase();
    const statuses = Object.keys(operation.responses).map(Number);
    return {
      name: `${method} ${path}`,
      method,
      path,
      access: accessOf(operation),
      success: Math.min(...statuses),
      statuses,
      hasBody: operation.requestBody !== undefined,
      hasQuery: operation.requestParams?.query !== undefined,
    };
  }),
);

function accessOf({ security }: ZodOpenApiOperationObject): Access {
  if (!security) return 'anyone';
  if (security.some((scheme) => 'cart' in scheme)) return 'owner';
  const roles = security.flatMap((scheme) => scheme.bearer ?? []) as Role[];
  return roles.length === 0 ? 'account' : roles;
}

/** A path with its parameters filled in. */
export const fillIn = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

/**
 * Watches the routers from which apps are built.
 * @returns a function that lists the operations registered since, by their documented names and without preflights
 */
export function watchRouters(): () => string[] {
  const routes = vi.spyOn(Router.prototype, 'routes');
  return () => {
    // Routers without a prefix are parts of routers with one.
    const roots = new Set((routes.mock.contexts as Router[]).filter((router) => router.opts.prefix));
    routes.mockRestore();
    return [...roots].flatMap(({ stack }) =>
      stack.flatMap(({ methods, path }) =>
        methods
          .filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
          .map((method) => `${method} ${String(path).replaceAll(/:(\w+)/g, '{$1}')}`),
      ),
    );
  };
}
