/** Tells how a step comes along; `fraction` is between 0 and 1 where it is known. */
export type Report = (message: string, fraction?: number) => void;
