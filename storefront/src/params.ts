/** Matchers of the parts of a path. A path that does not match is not found. */
import { defineParams } from '@sveltejs/kit/params';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export const params = defineParams({
  uuid: (param) => (UUID.test(param) ? param : undefined),
});
