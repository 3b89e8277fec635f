import { redirect } from '@sveltejs/kit';
import { safeNext, text } from '#lib/server/forms.ts';
import { readChoices } from '#lib/server/recommendations.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => ({
  title: 'Privacy',
  choices: await readChoices(locals.api),
});

export const actions: Actions = {
  /** Anything but `granted` declines. */
  async choose({ locals, request }) {
    const form = await request.formData();
    locals.api.cookies.keepConsent(text(form, 'choice') === 'granted' ? 'granted' : 'declined');
    redirect(303, safeNext(text(form, 'next'), '/privacy'));
  },

  async personalize({ locals, request }) {
    const form = await request.formData();
    await locals.api.put('/recommendations/choices', { personalized: text(form, 'personalized') === 'true' });
    redirect(303, '/privacy');
  },

  async forget({ locals }) {
    await locals.api.delete('/recommendations/history');
    redirect(303, '/privacy');
  },
};
