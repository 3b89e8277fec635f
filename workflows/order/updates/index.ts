import type { OrderCase } from '../case.ts';
import { addNote } from './add-note.ts';
import { cancel } from './cancel.ts';
import { changeEmail } from './change-email.ts';
import { correctAddress } from './correct-address.ts';
import { correctTracking } from './correct-tracking.ts';
import { endReview } from './end-review.ts';
import { extendReservation } from './extend-reservation.ts';
import { markDelivered } from './mark-delivered.ts';
import { markShipped } from './mark-shipped.ts';
import { putUnderReview } from './put-under-review.ts';
import { recheckPayment } from './recheck-payment.ts';
import { refund } from './refund.ts';

import { resendConfirmation } from './resend-confirmation.ts';
import { retry } from './retry.ts';
import { register } from './staff-update.ts';

export function handleStaffUpdates(order: OrderCase): void {
  register(order, cancel);
  register(order, refund);
  register(order, extendReservation);
  register(order, correctAddress);
  register(order, changeEmail);
  register(order, markShipped);
  register(order, correctTracking);
  register(order, markDelivered);
  register(order, putUnderReview);
  register(order, endReview);
  register(order, resendConfirmation);
  register(order, recheckPayment);
  register(order, addNote);
  register(order, retry);
}
