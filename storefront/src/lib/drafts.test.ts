import { beforeEach, describe, expect, it, vi } from 'vitest';
import { clearDraft, clearDraftOf, clearDrafts, clearOldDrafts, linkDraft, restoreDraft, saveDraft } from './drafts.ts';

interface FakeField {
  name: string;
  type: string;
  value: string;
  defaultValue: string;
  checked: boolean;
  defaultChecked: boolean;
  autocomplete?: string;
  events: number;
}

/** A field as a form lists it. @param shown its value when the page rendered */
function field(name: string, shown = '', more: Partial<FakeField> = {}) {
  return {
    name,
    type: 'text',
    value: shown,
    defaultValue: shown,
    checked: false,
    defaultChecked: false,
    events: 0,
    ...more,
    getAttribute: (attribute: string) => (attribute === 'autocomplete' ? (more.autocomplete ?? null) : null),
    dispatchEvent() {
      this.events += 1;
      return true;
    },
  };
}
const form = (...elements: object[]) => ({ elements }) as unknown as HTMLFormElement;

let stored: Record<string, string>;
beforeEach(() => {
  vi.useRealTimers();
  stored = {};
  const storage = {
    getItem: (key: string) => stored[key] ?? null,
    setItem: (key: string, value: string) => {
      stored[key] = value;
    },
    removeItem: (key: string) => {
      delete stored[key];
    },
  };
  vi.stubGlobal(
    'localStorage',
    new Proxy(storage, {
      ownKeys: () => Object.keys(stored),
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
  );
});
const save = (...fields: object[]) => saveDraft('checkout', form(...fields));
const restored = (shown: ReturnType<typeof field>) => {
  restoreDraft('checkout', form(shown));
  return shown;
};

describe('a draft', () => {
  it('restores what was typed, even if it was deleted, and reports it as input', () => {
    save(field('city', 'Salem'), field('street2', ''), field('state', 'VA', { type: 'select-one' }));
    expect(restored(field('city'))).toMatchObject({ value: 'Salem', events: 1 });
    expect(restored(field('street2', 'Apt 4')).value).toBe('');
    expect(restored(field('city', 'Salem')).events).toBe(0);
    expect(restored(field('name', 'Ada')).value).toBe('Ada');
  });

  it('never replaces what was typed before scripts ran', () => {
    save(field('city', 'Salem'));
    expect(restored(field('city', '', { value: 'Portland' })).value).toBe('Portland');
    save(field('state', 'VA', { type: 'select-one' }));
    const option = (value: string, defaultSelected: boolean) => ({ value, defaultSelected });
    const options = [option('', true), option('OR', false), option('VA', false)];
    const select = (chosen: number) => ({
      ...field('state', options[chosen]!.value, { type: 'select-one' }),
      options,
      selectedOptions: [options[chosen]],
    });
    expect(restored(select(1)).value).toBe('OR');
    expect(restored(select(0)).value).toBe('VA');
  });

  it('restores the chosen one of several radio buttons', () => {
    const radio = (value: string, more: Partial<FakeField>) => field('what', value, { type: 'radio', ...more });
    save(radio('everything', { checked: false }), radio('items', { checked: true }));
    expect(restored(radio('items', {}))).toMatchObject({ checked: true, events: 1 });
    expect(restored(radio('everything', {}))).toMatchObject({ checked: false, events: 0 });
    expect(restored(radio('items', { defaultChecked: true })).checked).toBe(false);
  });

  it.each([
    ['a password', { type: 'password' }],
    ['a card number', { autocomplete: 'cc-number' }],
    ['a security code', { autocomplete: 'cc-csc' }],
    ['a one-time code', { autocomplete: 'one-time-code' }],
    ['a new password that is shown', { autocomplete: 'new-password' }],
    ['a current password that is shown', { autocomplete: 'current-password' }],
    ['a hidden field', { type: 'hidden' }],
    ['a file', { type: 'file' }],
  ])('never contains %s', (_what, more) => {
    save(field('secret', 'SECRET', more), field('city', 'Salem'));
    expect(stored['draft:checkout']).toContain('Salem');
    expect(stored['draft:checkout']).not.toContain('SECRET');
  });

  it('lasts for a day', () => {
    vi.useFakeTimers();
    save(field('city', 'Salem'));
    vi.advanceTimersByTime(24 * 3600_000 - 1);
    clearOldDrafts();
    expect(restored(field('city')).value).toBe('Salem');
    vi.advanceTimersByTime(1);
    expect(restored(field('city')).value).toBe('');
    clearOldDrafts();
    expect(stored).toEqual({});
  });

  it('is cleared by the payment of its own order only, and no longer when it was continued for another one', () => {
    save(field('city', 'Salem'));
    linkDraft('checkout', 'order-1');
    clearDraftOf('checkout', 'order-2');
    expect(restored(field('city')).value).toBe('Salem');
    save(field('city', 'Portland'));
    clearDraftOf('checkout', 'order-1');
    expect(restored(field('city')).value).toBe('Portland');
    linkDraft('checkout', 'order-3');
    clearDraftOf('checkout', 'order-3');
    expect(stored).toEqual({});
    linkDraft('checkout', 'order-3');
    expect(stored).toEqual({});
  });

  it('can be cleared, alone or with all others, but nothing else is', () => {
    save(field('city', 'Salem'));
    saveDraft('register', form(field('email', 'ada@example.com')));
    stored.other = 'kept';
    clearDraft('checkout');
    expect(Object.keys(stored).sort()).toEqual(['draft:register', 'other']);
    save(field('city', 'Salem'));
    clearDrafts();
    expect(stored).toEqual({ other: 'kept' });
  });

  it('is ignored when it is unreadable, and typing works without storage', () => {
    stored['draft:checkout'] = '{';
    expect(restored(field('city', 'Salem')).value).toBe('Salem');
    vi.stubGlobal('localStorage', undefined);
    save(field('city', 'Portland'));
    expect(restored(field('city', 'Salem')).value).toBe('Salem');
    clearDrafts();
  });
});
