/** The details of a workflow are rendered at the moment of each query. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { detailsOf } from '../../tests/support/details.ts';
import { connectTestServices, ensureRuntime } from '../../tests/support/shop.ts';
import { withTestWorker } from '../../tests/support/test-workflows.ts';
import { breakSignal, endSignal, type shown, showSignal } from '../../tests/workflows/shown.ts';

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
  ensureRuntime(services);
});
afterAll(() => services?.close());

it('renders the details on each query, also after the workflow has closed, and continues when rendering fails', async () => {
  await withTestWorker(services, 'shown.ts', {}, async ({ taskQueue, newWorkflowId }) => {
    const { workflow } = services.temporal;
    const handle = await workflow.start<typeof shown>('shown', { workflowId: newWorkflowId(), taskQueue });
    await handle.signal(showSignal, 'changed');
    expect(await detailsOf(handle)).toBe('It is changed.');
    await handle.signal(showSignal, 'changed twice');
    expect(await detailsOf(handle)).toBe('It is changed twice.');

    // The Web UI would render what is between two dollar signs as math.
    await handle.signal(showSignal, '$5 of $7');
    expect(await detailsOf(handle)).toBe('It is \\$5 of \\$7.');

    await handle.signal(breakSignal);
    expect(await detailsOf(handle)).toBe('These details could not be rendered: no such row');
    await handle.signal(endSignal);
    expect(await handle.result()).toBe(4);
    expect(await detailsOf(handle)).toBe('These details could not be rendered: no such row');
  });
}, 60_000);

it('shows each workflow its own', async () => {
  await withTestWorker(services, 'shown.ts', {}, async ({ taskQueue, newWorkflowId }) => {
    const { workflow } = services.temporal;
    const start = () => workflow.start<typeof shown>('shown', { workflowId: newWorkflowId(), taskQueue });
    const handles = await Promise.all([start(), start(), start()]);
    for (const [index, handle] of handles.entries()) await handle.signal(showSignal, `number ${index}`);
    const details = await Promise.all(handles.map(detailsOf));
    expect(details).toEqual(['It is number 0.', 'It is number 1.', 'It is number 2.']);
    await Promise.all(handles.map((handle) => handle.signal(endSignal)));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([1, 1, 1]);
  });
}, 60_000);

it('renders nothing without a query', async () => {
  await withTestWorker(services, 'shown.ts', {}, async ({ taskQueue, newWorkflowId }) => {
    const { workflow } = services.temporal;
    const handle = await workflow.start<typeof shown>('shown', { workflowId: newWorkflowId(), taskQueue });
    await handle.signal(showSignal, 'changed');
    await handle.signal(endSignal);
    expect(await handle.result()).toBe(0);
    expect(await detailsOf(handle)).toBe('It is changed.');
  });
}, 60_000);
