import { NOTE_EXAMPLE, NOTE_FIELDS } from '../../shared/staff.ts';
import { addNoteUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const addNote: StaffUpdate<UpdateResult, OrderRequest & { note: string }> = {
  definition: addNoteUpdate,
  description: 'Adds a note to the order history. Only staff see it.',
  example: NOTE_EXAMPLE,
  fields: NOTE_FIELDS,
  check: requireStateFor('addNote'),
  handle: (order, request) => takeStep(order, request, { action: 'addNote', note: request.note.trim() }),
};
