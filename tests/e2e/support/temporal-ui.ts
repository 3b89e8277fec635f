/** The support desk: Temporal's Web UI, worked as a support person does, by what is to be seen on its pages. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type SupportListName, supportListPath } from '../../../infra/temporal/support-lists.ts';
import { stack } from './stack.ts';

/** Beside the pictures of every run: those of the handbook, when they are asked for. */
const HANDBOOK_FOLDER = process.env.SAVE_SUPPORT_SCREENSHOTS ? 'docs/images' : undefined;
const LARGEST_PICTURE = 150_000;
const VIEWPORT = { width: 1280, height: 900 };

export const orderCase = (orderId: string): string => `order-${orderId}`;
export const refundCase = (orderId: string, requestId: string): string => `refund-${orderId}-${requestId}`;

export class Desk implements AsyncDisposable {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: Browser): Promise<Desk> {
    mkdirSync(stack.screenshotFolder, { recursive: true });
    const context = await browser.newContext({ viewport: VIEWPORT, timezoneId: 'UTC' });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    await page.goto(stack.temporalUiUrl);
    await page.getByTitle('Collapse Navigation').click();
    return new Desk(page);
  }

  /** Types a query into the list page's own field and searches. */
  async search(query: string): Promise<void> {
    const { page } = this;
    await page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows`);
    await page.getByTestId('toggle-manual-query').click();
    await page.getByPlaceholder('Enter a query').fill(query);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
  }

  /** Opens a list by the link that `npm start` prints and the handbook has. */
  async openList(name: SupportListName): Promise<void> {
    await this.page.goto(`${stack.apiUrl}${supportListPath(name)}`);
    await this.page.getByTestId('workflow-count').waitFor();
  }

  /** Waits until the open list shows a case: the list is some moments behind what happens. */
  async untilListed(workflowId: string): Promise<Locator> {
    const entry = this.page.getByRole('row').getByRole('link', { name: workflowId, exact: true });
    await expect
      .poll(async () => {
        if ((await entry.count()) > 0) return true;
        await this.page.getByRole('button', { name: 'Refresh' }).first().click();
        return false;
      })
      .toBe(true);
    return entry;
  }

  /** Ids of the cases in the open list. */
  listed(): Promise<string[]> {
    return this.page.getByRole('row').locator('a[href*="/workflows/"]').allInnerTexts();
  }

  /** Presses a case in the open list and turns to where it is told. */
  async openFromList(workflowId: string): Promise<void> {
    await (await this.untilListed(workflowId)).click();
    await this.#turnToDetails();
  }

  /** Opens a case by its address, as it stands in a bookmark or a colleague's message. */
  async openCase(workflowId: string): Promise<void> {
    await this.page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
    await this.#turnToDetails();
  }

  async #turnToDetails(): Promise<void> {
    await this.page.getByText('User Metadata', { exact: true }).click();
    await this.details.locator('main').waitFor();
  }

  /** The page without the bars at its top and left. */
  get content(): Locator {
    return this.page.locator('#content');
  }

  /** What the case tells. */
  get details(): FrameLocator {
    return this.page.frameLocator('#user-metadata-current-details');
  }

  /** Waits for what the case is to tell, asking for news with the key that the page names. @returns all that it tells */
  async untilTold(...expected: (string | RegExp)[]): Promise<string> {
    const read = async () => (await this.details.locator('main').textContent()) ?? '';
    const isComparable = (text: string) =>
      expected.every((each) => (typeof each === 'string' ? text.includes(each) : each.test(text)));
    let told = '';
    await expect
      .poll(
        async () => {
          told = await read();
          if (isComparable(told)) return true;
          await this.page.getByText('Current Details', { exact: true }).click();
          await this.page.keyboard.press('r');
          return told;
        },
        { interval: 500 },
      )
      .toBe(true);
    return told;
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog').filter({ visible: true });
  }

  async openActions(): Promise<void> {
    await this.page.getByRole('button', { name: 'More Actions' }).click();
  }

  action(name: string): Locator {
    return this.page.getByRole('menuitem', { name, includeHidden: true }).filter({ visible: true });
  }

  /** Opens the dialog and its list of updates. */
  async openUpdates(): Promise<void> {
    await this.openActions();
    await this.action('Send an Update').click();
    await this.dialog.getByRole('button', { name: 'Select an Update' }).click();
  }

  update(name: string): Locator {
    return this.dialog.getByRole('option').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Chooses an update in the dialog and pastes its JSON. */
  async fill(name: string, request: object): Promise<void> {
    await this.openUpdates();
    await this.update(name).click();
    await this.#paste(this.dialog, request);
  }

  async submit(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Submit' }).click();
  }

  /** Sends an update that is accepted: the dialog closes. */
  async send(name: string, request: object): Promise<void> {
    await this.fill(name, request);
    await this.submit();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Sends an update that is refused: the dialog stays, with what was typed. @returns the sentence that it shows */
  async sendInVain(name: string, request: object): Promise<string> {
    await this.fill(name, request);
    await this.submit();
    const sentence = (await this.refusal.textContent()) ?? '';
    expect(await this.dialog.getByRole('textbox', { name: 'Data' }).textContent()).toContain('requestedBy');
    return sentence;
  }

  get refusal(): Locator {
    return this.dialog.getByRole('alert').filter({ hasText: /\w/, visible: true });
  }

  async closeDialog(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Cancel' }).last().click();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Fills the form for a new workflow. */
  async fillStartForm(form: { workflowId: string; taskQueue: string; type: string; input: object }): Promise<void> {
    const { page } = this;
    await page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows`);
    await page.getByRole('link', { name: 'Start Workflow' }).click();
    await page.getByRole('textbox', { name: 'Workflow ID' }).fill(form.workflowId);
    await page.getByRole('textbox', { name: 'Task Queue' }).fill(form.taskQueue);
    await page.getByRole('textbox', { name: 'Workflow Type' }).fill(form.type);
    await this.#paste(this.content, form.input);
  }

  /** JSON as the field itself formats it: other JSON grows when the field is left, and the button moves away from the press. */
  async #paste(within: Locator, request: object): Promise<void> {
    await within.getByRole('textbox', { name: 'Data' }).click();
    // What was typed before is still to be seen, yet is not what would be sent.
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(JSON.stringify(request, null, 2));
  }

  /** A picture of a part of the page, as `support-<title>.png`. */
  async picture(title: string, part: Locator): Promise<void> {
    const name = `support-${title}.png`;
    for (const folder of [stack.screenshotFolder, HANDBOOK_FOLDER]) {
      if (!folder) continue;
      const path = join(folder, name);
      await part.screenshot({ path, animations: 'disabled' });
      expect(readFileSync(path).length, `${name} is too large`).toBeLessThan(LARGEST_PICTURE);
    }
  }

  /** A picture of all that the case tells, however long it is; or of all that its page shows. */
  async pictureOfCase(title: string, part: 'details' | 'page' = 'details'): Promise<void> {
    const { page } = this;
    const details = page.locator('#user-metadata-current-details');
    await page.getByRole('paragraph').getByText('Update successful').first().waitFor({ state: 'hidden' });
    const { y, height } = (await details.boundingBox())!;
    await page.setViewportSize({ ...VIEWPORT, height: Math.max(VIEWPORT.height, Math.ceil(y + height) + 40) });
    await this.picture(title, part === 'page' ? this.content : details);
    await page.setViewportSize(VIEWPORT);
  }

  /** A picture of a list of a few. */
  async pictureOfList(title: string): Promise<void> {
    await this.page.setViewportSize({ ...VIEWPORT, height: 480 });
    await this.picture(title, this.content);
    await this.page.setViewportSize(VIEWPORT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}
