/** IDs and URLs derived from a SKU or a family's name, so that every run finds what an earlier one created. */
import { uuidFrom } from '../../infra/uuid.ts';

const PRODUCT_NAMESPACE = '6f1c2f0a-7f0d-4c1e-9b7a-2a4f5f6f8c01';
const FAMILY_NAMESPACE = '0d9e4c52-3a8b-4e57-8f7e-91c6f4a2b702';

export function productIdOf(sku: string): string {
  return uuidFrom(PRODUCT_NAMESPACE, sku);
}

/** @param key name of the family, case-insensitive: "Halden Mug" and "halden mug" are one family */
export function familyIdOf(key: string): string {
  return uuidFrom(FAMILY_NAMESPACE, key.trim().toLowerCase());
}

/** Path of the generated picture of a product. */
export function pictureAddress(sku: string): string {
  return `/media/products/${encodeURIComponent(sku)}.svg`;
}

export function categoryPictureAddress(slug: string): string {
  return `/media/categories/${encodeURIComponent(slug)}.svg`;
}

/** "Garden & Patio" → "garden-patio". */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100);
}
