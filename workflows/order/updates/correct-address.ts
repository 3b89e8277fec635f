import { type Address, addressProblems, tidyAddress } from '../../../domain/address.ts';
import { correctAddressUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate, takeStep } from './staff-update.ts';

export const correctAddress: StaffUpdate<UpdateResult, OrderRequest & { address: Address }> = {
  definition: correctAddressUpdate,
  description: 'Changes the shipping address of an order that has not shipped. Send the complete address.',
  example: {
    ...EXAMPLE,
    address: {
      name: 'Ada Moss',
      street: '12 Mill Road',
      city: 'Portland',
      state: 'OR',
      postal_code: '97201',
      country: 'US',
    },
  },
  fields: { address: (address) => addressProblems(address).join(' ') || undefined },
  check: requireStateFor('correctAddress'),
  handle: (order, request) =>
    takeStep(order, request, { action: 'correctAddress', address: tidyAddress(request.address) }),
};
