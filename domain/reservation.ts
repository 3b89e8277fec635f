/** Most that support extends a reservation by, once. */
export const MAX_EXTENSION_MINUTES = 30;
