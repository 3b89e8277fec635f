/** Most that support extends a hold by, once. */
export const LONGEST_EXTENSION_MINUTES = 30;
