import { redirect } from '@sveltejs/kit';
import { safeNext, text } from '#lib/server/forms.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({ title: 'Privacy' });

export const actions: Actions = {
  /** Anything but a plain yes is a no. */
  async choose({ locals, request }) {
    const form = await request.formData();
    locals.api.cookies.keepConsent(text(form, 'choice') === 'granted' ? 'granted' : 'declined');
    redirect(303, safeNext(text(form, 'next'), '/privacy'));
  },
};
