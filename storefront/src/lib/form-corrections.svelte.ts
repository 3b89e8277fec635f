/** Fields that the shopper has changed since the last response, whose errors are no longer shown. */
import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

export class Corrections {
  readonly #names = new SvelteSet<string>();

  note(event: Event): void {
    const { target } = event;
    if (target && 'name' in target && typeof target.name === 'string') this.#names.add(target.name);
  }

  clear(): void {
    this.#names.clear();
  }

  /** The error to show for a field. */
  remaining(name: string, error: string | undefined): string | undefined {
    return this.#names.has(name) ? undefined : error;
  }
}

const [around, provideCorrections, hasCorrections] = createContext<Corrections>();

export { provideCorrections };

/** The corrections of the form around a field; a field outside such a form shows every error. */
export function correctionsAround(): Pick<Corrections, 'remaining'> {
  return hasCorrections() ? around() : { remaining: (_name, error) => error };
}
