import { createDocument } from 'zod-openapi';
import { paths } from './operations.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** The API's description, generated from the schemas that the routes parse with. */
export function openApiDocument(): OpenApiDocument {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Holdfast API',
      version: '1.0.0',
      description:
        'A shop whose every order is a durable workflow. JSON in snake_case, amounts as decimals with a currency, errors as problem+json (RFC 9457) with a stable `code`.',
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
          description: 'A guest’s cart id; also as the cookie cart_id',
        },
      },
    },
  });
}
