/** Decodes Stripe's request bodies: `a[b][0]=c` forms (or the same as JSON) become nested objects with string leaves. */

export type FormValue = string | FormObject;
export interface FormObject {
  [name: string]: FormValue;
}

/** Thrown when a body can't be decoded; the message is for the caller. */
export class FormError extends Error {
  override name = 'FormError';
}

const MAX_DEPTH = 8;

/** An object without a prototype, so that names such as `__proto__` are plain names. */
function emptyObject(): FormObject {
  return Object.create(null) as FormObject;
}

/** `a[b][]` → ['a', 'b', '']. */
function splitName(name: string): string[] {
  const open = name.indexOf('[');
  if (open <= 0) return [name];
  const parts = [name.slice(0, open)];
  const inner = /\[([^[\]]*)\]/gy;
  inner.lastIndex = open;
  let end = open;
  for (let match = inner.exec(name); match; match = inner.exec(name)) {
    parts.push(match[1]!);
    end = inner.lastIndex;
  }
  if (end !== name.length) throw new FormError(`Invalid parameter name: ${name}`);
  if (parts.length > MAX_DEPTH) throw new FormError(`Parameter ${parts[0]} is nested too deeply.`);
  return parts;
}

function assign(root: FormObject, name: string, value: string): void {
  const parts = splitName(name);
  let target = root;
  for (const [index, rawPart] of parts.entries()) {
    const part = rawPart === '' && index > 0 ? String(Object.keys(target).length) : rawPart;
    if (index === parts.length - 1) {
      target[part] = value;
      return;
    }
    const existing = target[part];
    if (typeof existing === 'string')
      throw new FormError(`Parameter ${name} is given both as a value and as an object.`);
    const next = existing ?? emptyObject();
    target[part] = next;
    target = next;
  }
}

/** Decodes `application/x-www-form-urlencoded` text of a body or a query. @throws FormError */
export function decodeForm(text: string): FormObject {
  const root = emptyObject();
  for (const [name, value] of new URLSearchParams(text)) assign(root, name, value);
  return root;
}

function fromJson(value: unknown, depth: number): FormValue | undefined {
  if (depth > MAX_DEPTH) throw new FormError('The JSON body is nested too deeply.');
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return String(value);
  const result = emptyObject();
  for (const [name, child] of Object.entries(value)) {
    const converted = fromJson(child, depth + 1);
    if (converted !== undefined) result[name] = converted;
  }
  return result;
}

/** Decodes a JSON object into the same shape as a form. @throws FormError */
export function decodeJson(text: string): FormObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw new FormError('The body is not valid JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FormError('The JSON body must be an object.');
  }
  return fromJson(parsed, 0) as FormObject;
}

/** Returns the same text for the same parameters in any order, to compare repeated requests. */
export function canonicalText(value: FormValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name]!)}`).join(',')}}`;
}
