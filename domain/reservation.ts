/** The longest time by which support can extend a reservation, once. */
export const MAX_EXTENSION_MINUTES = 30;
