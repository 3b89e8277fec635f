import { createDocument } from 'zod-openapi';
import { API_ROUTES } from '../routes.ts';
import { describePaths } from './operation.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** The paths that the API's routes declare. */
export const paths = describePaths(
  Object.values(API_ROUTES)
    .flat()
    .flatMap(({ operations }) => operations),
);

/** The API's description, generated from the schemas that the routes parse with. */
export function openApiDocument(): OpenApiDocument {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast API',
      version: '1.0.0',
      description:
        'An online shop in which every order is a durable workflow. Requests and responses are JSON in snake_case. Amounts are decimals with a currency. Errors are problem+json (RFC 9457) with a stable `code`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cart: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Cart-Id',
          description: 'A guest’s cart ID; also accepted as the cookie cart_id',
        },
        order: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Order-Key',
          description: 'A key to one order: from the link in an email to a guest, or from `POST /api/orders/find`',
        },
      },
    },
  });
}
