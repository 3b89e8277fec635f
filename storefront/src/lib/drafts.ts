/**
 * What a shopper has typed into a form, kept on their device, so that it survives a reload, an expired reservation or session, and a lost
 * connection. Passwords and card data are never kept. Drafts end with the payment or request that they are for, when the shopper signs
 * out, and after a day.
 */

/** The address and email of a checkout, and of the next one if it does not lead to a payment. */
export const CHECKOUT_DRAFT = 'checkout';

/** The address and email that a shopper changes before they pay. */
export const addressDraft = (orderId: string): string => `${orderId}:address`;

const PREFIX = 'draft:';
const LIFE_MS = 24 * 3600_000;
const TYPED = new Set(['text', 'email', 'tel', 'search', 'url', 'number', 'textarea', 'select-one', 'radio']);
const NEVER_KEPT = /^(?:cc-|one-time-code|new-password|current-password)/;

type TypedField = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface Draft {
  /** Unix milliseconds, by the device's clock. */
  at: number;
  fields: Record<string, string>;
  /** The order that was placed with these fields. */
  orderId?: string;
}

/** Keeps the fields of a form. */
export function saveDraft(name: string, form: HTMLFormElement): void {
  const fields: Draft['fields'] = {};
  for (const field of typedFields(form)) if (!isUncheckedRadio(field)) fields[field.name] = field.value;
  write(name, { at: Date.now(), fields });
}

/** Fills in the fields of a draft, except those that the shopper has changed since the page rendered. */
export function restoreDraft(name: string, form: HTMLFormElement): void {
  const draft = read(name);
  if (!draft) return;
  for (const field of typedFields(form)) {
    const value = draft.fields[field.name];
    if (value === undefined || isChanged(field)) continue;
    if (isRadio(field)) {
      if (field.checked || field.value !== value) continue;
      field.checked = true;
    } else {
      if (field.value === value) continue;
      field.value = value;
    }
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

export function clearDraft(name: string): void {
  withStorage((storage) => storage.removeItem(PREFIX + name));
}

/** Remembers which order a draft became, so that its payment clears the draft. */
export function linkDraft(name: string, orderId: string): void {
  const draft = read(name);
  if (draft) write(name, { ...draft, orderId });
}

/** Clears a draft that became this order. */
export function clearDraftOf(name: string, orderId: string): void {
  if (read(name)?.orderId === orderId) clearDraft(name);
}

/** Clears every draft, for the next user of this device. */
export function clearDrafts(): void {
  clearWhere(() => true);
}

/** Clears the drafts that no one has continued for a day. */
export function clearOldDrafts(): void {
  clearWhere((name) => read(name) === undefined);
}

function clearWhere(isCleared: (name: string) => boolean): void {
  withStorage((storage) => {
    const names = Object.keys(storage).filter((key) => key.startsWith(PREFIX));
    for (const key of names) if (isCleared(key.slice(PREFIX.length))) storage.removeItem(key);
  });
}

function read(name: string): Draft | undefined {
  const text = withStorage((storage) => storage.getItem(PREFIX + name));
  if (!text) return undefined;
  try {
    const draft = JSON.parse(text) as Draft;
    return Date.now() - draft.at < LIFE_MS && typeof draft.fields === 'object' ? draft : undefined;
  } catch {
    return undefined;
  }
}

function write(name: string, draft: Draft): void {
  withStorage((storage) => storage.setItem(PREFIX + name, JSON.stringify(draft)));
}

/** A browser may refuse to store anything; then a draft lasts as long as its page. */
function withStorage<Result>(use: (storage: Storage) => Result): Result | undefined {
  try {
    return use(localStorage);
  } catch {
    return undefined;
  }
}

function typedFields(form: HTMLFormElement): TypedField[] {
  return [...form.elements].filter(
    (element): element is TypedField =>
      'type' in element &&
      TYPED.has(String(element.type)) &&
      'name' in element &&
      element.name !== '' &&
      !NEVER_KEPT.test(element.getAttribute('autocomplete') ?? ''),
  );
}

function isRadio(field: TypedField): field is HTMLInputElement {
  return field.type === 'radio';
}

function isUncheckedRadio(field: TypedField): boolean {
  return isRadio(field) && !field.checked;
}

/** Whether the shopper has changed a field before scripts ran. */
function isChanged(field: TypedField): boolean {
  if ('selectedOptions' in field)
    return [...field.options].some((option) => option.defaultSelected) && !field.selectedOptions[0]?.defaultSelected;
  return isRadio(field) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}
