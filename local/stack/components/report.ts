/** Reports a step's progress; `fraction` is between 0 and 1, if known. */
export type Report = (message: string, fraction?: number) => void;
