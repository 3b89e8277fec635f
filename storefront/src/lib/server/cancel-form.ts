/** Messages to show when an order can’t be canceled. */
import { type FieldErrors, fieldErrors, sentence } from './forms.ts';
import { isProblem } from './problem.ts';

/** @throws the error itself when it is not a problem */
export function cancelRefusal(error: unknown): { errors: FieldErrors; message: string | undefined } {
  const message = sentence(error);
  if (!isProblem(error)) throw error;
  const errors = fieldErrors(error.errors);
  if (errors.reason) return { errors, message: undefined };
  // The workflow's own messages are written for staff.
  const tooLate = isProblem(error, 'conflict', 'order_not_cancelable');
  return {
    errors: {},
    message: tooLate ? 'This order can no longer be canceled because its status has changed.' : message,
  };
}
