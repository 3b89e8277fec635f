/** Most that support extends a hold by, once. */
export const MAX_EXTENSION_MINUTES = 30;
