/**
 * IDs derived from other IDs, so that a repeated request finds the record that the first one created.
 * RFC 9562 name-based (version 5) UUIDs over SHA-1; the caller passes `sha1` because workflows may not import Node's crypto.
 */

/** Namespaces of this project's derived IDs (random version 4 UUIDs that must never change). */
export const ID_NAMESPACES = {
  reservation: '5b0f6f0e-5a0c-4b61-8f0e-7b6f6f1f2a11',
  order: 'c2d4a9f6-3b1e-4c58-9a7d-1e5b8c3f6d22',
  product: '2f8e4b17-9c3d-4a60-8e15-6d7b0a9c4e44',
  refund: '9e7a1c34-6d2f-4e8b-b5a1-4f3c2d1e0b33',
  /** Requests that concern the recommendation model. */
  retraining: '8c1f4d52-7e0b-4b93-a6f8-2d9e5c7b1a66',
  event: '71d5c0de-2a94-4f3b-9c68-0e4b7a5d1f55',
} as const;

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Builds a version 5 UUID. @param sha1 hashes the bytes of namespace and name */
export function uuidV5(namespace: string, name: string, sha1: (bytes: Uint8Array) => Uint8Array): string {
  const namespaceBytes = Uint8Array.from(namespace.replaceAll('-', '').match(/../g)!, (hex) =>
    Number.parseInt(hex, 16),
  );
  const nameBytes = new TextEncoder().encode(name);
  const input = new Uint8Array(namespaceBytes.length + nameBytes.length);
  input.set(namespaceBytes);
  input.set(nameBytes, namespaceBytes.length);
  const bytes = sha1(input).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
