/** Renders the OpenAPI document as one HTML page without scripts and external resources. */
import type { OpenApiDocument } from './document.ts';

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
  additionalProperties?: unknown;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
}

interface Operation {
  tags?: string[];
  summary?: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

const html = (text: unknown): string =>
  String(text).replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!,
  );
const prose = (text: string): string => html(text).replace(/`([^`]+)`/g, '<code>$1</code>');

export function docsPage(document: OpenApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationBlock(method, path, operation)]);
    }
  }
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>);
  const nav = [...byTag.keys()].map((tag) => `<a href="#${html(tag)}">${html(tag)}</a>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(document.info.title)}</title><style>${STYLE}</style></head><body>
<header><h1>${html(document.info.title)}</h1><p>${prose(document.info.description ?? '')}</p>
<nav>${nav}<a href="#schemas">Schemas</a><a href="/api/openapi.json">openapi.json</a></nav></header><main>
${[...byTag].map(([tag, blocks]) => `<section id="${html(tag)}"><h2>${html(tag)}</h2>${blocks.join('')}</section>`).join('')}
<section id="schemas"><h2>Schemas</h2>${schemas.map(([name, schema]) => `<article id="schema-${html(name)}"><h3>${html(name)}</h3>${table(schema)}</article>`).join('')}</section>
</main></body></html>`;
}

function operationBlock(method: string, path: string, operation: Operation): string {
  const access = operation.security
    ? `<p class="access">Requires ${operation.security
        .map((each) =>
          Object.entries(each)
            .map(([name, roles]) => (name === 'cart' ? 'the guest’s cart ID' : accessToken(roles)))
            .join(),
        )
        .join(' or ')}</p>`
    : '';
  const parameters = operation.parameters?.length
    ? `<h4>Parameters</h4><table>${operation.parameters
        .map(
          (each) =>
            `<tr><th><code>${html(each.name)}</code></th><td>${html(each.in)}${each.required ? '' : ', optional'}</td><td>${typeOf(each.schema ?? {})}</td></tr>`,
        )
        .join('')}</table>`
    : '';
  const body = operation.requestBody
    ? `<h4>Body</h4><p>${typeOf(Object.values(operation.requestBody.content)[0]!.schema)}</p>`
    : '';
  const answers = Object.entries(operation.responses)
    .map(([status, answer]) => {
      const schema = answer.content && Object.values(answer.content)[0]?.schema;
      return `<tr><th><code class="s${status[0]}">${status}</code></th><td>${prose(answer.description)}</td><td>${schema ? typeOf(schema) : ''}</td></tr>`;
    })
    .join('');
  return `<details><summary><b class="m-${method}">${method.toUpperCase()}</b> <code>${html(path)}</code> <span>${prose(operation.summary ?? '')}</span></summary>
${access}${parameters}${body}<h4>Responses</h4><table>${answers}</table></details>`;
}

const accessToken = (roles: readonly string[]): string =>
  roles.length === 0 ? 'an access token' : `an access token with the role ${roles.join(' or ')}`;

function typeOf(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!;
    return `<a href="#schema-${html(name)}">${html(name)}</a>`;
  }
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `<code>${html(value)}</code>`).join(', ');
  if (schema.const !== undefined) return `<code>${html(schema.const)}</code>`;
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties) return table(schema);
  const limits = [
    schema.format,
    schema.minimum !== undefined && schema.minimum > Number.MIN_SAFE_INTEGER && `≥ ${schema.minimum}`,
    schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER && `≤ ${schema.maximum}`,
    schema.minLength !== undefined && `at least ${schema.minLength} characters`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
    schema.default !== undefined && `default ${JSON.stringify(schema.default)}`,
  ].filter(Boolean);
  return html([[schema.type].flat().join(' or ') || 'anything', ...limits].join(', '));
}

function table(schema: Schema): string {
  if (!schema.properties) return `<p>${typeOf(schema)}</p>`;
  return `<table>${Object.entries(schema.properties)
    .map(
      ([name, each]) =>
        `<tr><th><code>${html(name)}</code>${schema.required?.includes(name) ? '' : '?'}</th><td>${typeOf(each)}</td><td>${prose(each.description ?? '')}</td></tr>`,
    )
    .join('')}</table>`;
}

const STYLE = `
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 15%,transparent)}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem}
nav{display:flex;flex-wrap:wrap;gap:1rem}h2{margin-top:2.5rem}h4{margin:.75rem 0 .25rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.5rem .75rem}
summary{cursor:pointer}summary span{opacity:.75;margin-left:.5rem}
b[class^=m-]{display:inline-block;min-width:4rem;font:600 .8rem/1 ui-monospace,monospace}
.m-get{color:#0a7d55}.m-post{color:#1d5fd0}.m-put,.m-patch{color:#a35a00}.m-delete{color:#c22f2f}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border-top:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
code{font:.9em ui-monospace,monospace}.s2{color:#0a7d55}.s4,.s5{color:#c22f2f}.access{opacity:.75;margin:.5rem 0 0}
@media (prefers-color-scheme:dark){.m-get,.s2{color:#4cc79b}.m-post{color:#7aa7ff}.m-put,.m-patch{color:#e0a458}.m-delete,.s4,.s5{color:#ff8a8a}}
td table{font-size:1em}`;
