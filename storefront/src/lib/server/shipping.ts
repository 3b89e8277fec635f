/** The checkout's address form: reads and validates it for the API. */
import { emailAddress } from '../../../../api/contracts/common.ts';
import { shippingAddress } from '../../../../api/contracts/orders.ts';
import type { Address } from '../../../../domain/address.ts';
import type { FieldErrors } from './forms.ts';

export const ADDRESS_FIELDS = ['name', 'street', 'street2', 'city', 'state', 'postal_code', 'country'] as const;
export type AddressValues = Record<(typeof ADDRESS_FIELDS)[number] | 'email', string>;

/** Messages for empty fields; the contract's own messages are for developers. */
const REQUIRED: Partial<Record<keyof AddressValues, string>> = {
  name: 'Enter the recipient’s full name.',
  street: 'Enter a street address.',
  city: 'Enter a city.',
  state: 'Select a state.',
  postal_code: 'Enter a ZIP code.',
  country: 'Select a country.',
};
const MALFORMED: Partial<Record<keyof AddressValues, string>> = {
  postal_code: 'Enter a US ZIP code: 12345 or 12345-6789.',
};

export interface Shipping {
  address: Address;
  /** Undefined means the email of the account. */
  email: string | undefined;
}

export type ShippingForm = Shipping | { errors: FieldErrors };

/** @param emailRequired whether the shopper is a guest, whose email is unknown */
export function readShipping(values: AddressValues, emailRequired: boolean): ShippingForm {
  const { email, ...fields } = values;
  const errors: FieldErrors = {};
  for (const [name, message] of Object.entries(REQUIRED)) {
    if (values[name as keyof AddressValues] === '') errors[name] = message;
  }
  if (email === '' && emailRequired) errors.email = 'Enter your email address.';
  else if (email !== '' && !emailAddress.safeParse(email).success)
    errors.email = 'Enter an email address like name@example.com.';

  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const parsed = shippingAddress.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    errors[name] ??= MALFORMED[name as keyof AddressValues] ?? `This isn’t valid: ${issue.message}.`;
  }
  if (!parsed.success || Object.keys(errors).length > 0) return { errors };
  return { address: parsed.data, email: email || undefined };
}
