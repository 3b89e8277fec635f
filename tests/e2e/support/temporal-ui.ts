/** The support desk: Temporal's Web UI, operated through the visible elements of its pages, as support staff do. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { SUPPORT_FIND_PATH, type SupportListName, supportListPath } from '../../../infra/temporal/support-lists.ts';
import { stack } from './stack.ts';

/** Folder for the handbook's screenshots, which are taken on request in addition to those of every run. */
const HANDBOOK_FOLDER = process.env.SAVE_SUPPORT_SCREENSHOTS ? 'docs/images' : undefined;
const LARGEST_PICTURE = 160_000;
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

  /** Enters a query in the list page's field and searches. */
  async search(query: string): Promise<void> {
    const { page } = this;
    await page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows`);
    await page.getByTestId('toggle-manual-query').click();
    await page.getByPlaceholder('Enter a query').fill(query);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
  }

  /** Opens a list by the link in the output of `npm start` and in the handbook. */
  async openList(name: SupportListName): Promise<void> {
    await this.page.goto(`${stack.apiUrl}${supportListPath(name)}`);
    await this.page.getByTestId('workflow-count').waitFor();
  }

  /** Opens the find page and enters what a customer says. */
  async fillFindPage(entered: string): Promise<void> {
    await this.page.goto(`${stack.apiUrl}${SUPPORT_FIND_PATH}`);
    await this.page.getByLabel('Order number, order ID, email address').fill(entered);
  }

  /** Opens the list of cases that match what a customer says. */
  async find(entered: string): Promise<void> {
    await this.fillFindPage(entered);
    await this.page.getByRole('button', { name: 'Find' }).click();
    await this.page.getByTestId('workflow-count').waitFor();
  }

  /** Waits until the open list shows a case, because the list lags behind events. */
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

  /** IDs of the cases in the open list. */
  listed(): Promise<string[]> {
    return this.page.getByRole('row').locator('a[href*="/workflows/"]').allInnerTexts();
  }

  /** Clicks a case in the open list and opens its details. */
  async openFromList(workflowId: string): Promise<void> {
    await (await this.untilListed(workflowId)).click();
    await this.#showDetails();
  }

  /** Opens a case by its URL, as from a bookmark or a colleague's message. */
  async openCase(workflowId: string): Promise<void> {
    await this.page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows/${encodeURIComponent(workflowId)}`);
    await this.#showDetails();
  }

  async #showDetails(): Promise<void> {
    await this.page.getByText('User Metadata', { exact: true }).click();
    await this.details.locator('main').waitFor();
  }

  /** The page without its top and side bars. */
  get content(): Locator {
    return this.page.locator('#content');
  }

  /** The details of the case. */
  get details(): FrameLocator {
    return this.page.frameLocator('#user-metadata-current-details');
  }

  /** Waits until the details contain the expected texts, refreshing with the page's shortcut key. @returns the full details */
  async untilShown(...expected: (string | RegExp)[]): Promise<string> {
    const read = async () => (await this.details.locator('main').textContent()) ?? '';
    const hasExpected = (text: string) =>
      expected.every((each) => (typeof each === 'string' ? text.includes(each) : each.test(text)));
    let shown = '';
    await expect
      .poll(
        async () => {
          shown = await read();
          if (hasExpected(shown)) return true;
          await this.page.getByText('Current Details', { exact: true }).click();
          await this.page.keyboard.press('r');
          return shown;
        },
        { interval: 500 },
      )
      .toBe(true);
    return shown;
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

  /** Opens the update dialog and its list of updates. */
  async openUpdates(): Promise<void> {
    await this.openActions();
    await this.action('Send an Update').click();
    await this.dialog.getByRole('button', { name: 'Select an Update' }).click();
  }

  update(name: string): Locator {
    return this.dialog.getByRole('option').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Selects an update in the dialog and pastes its JSON. */
  async fill(name: string, request: object): Promise<void> {
    await this.openUpdates();
    await this.update(name).click();
    await this.#paste(this.dialog, request);
  }

  async submit(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Submit' }).click();
  }

  /** Sends an update that is accepted, which closes the dialog. */
  async send(name: string, request: object): Promise<void> {
    await this.fill(name, request);
    await this.submit();
    await this.dialog.waitFor({ state: 'hidden' });
  }

  /** Sends an update that is refused, which keeps the dialog open with the input. @returns the message in the dialog */
  async sendRefused(name: string, request: object): Promise<string> {
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

  /** Fills in the form for a new workflow. */
  async fillStartForm(form: { workflowId: string; taskQueue: string; type: string; input: object }): Promise<void> {
    const { page } = this;
    await page.goto(`${stack.temporalUiUrl}/namespaces/default/workflows`);
    await page.getByRole('link', { name: 'Start Workflow' }).click();
    await page.getByRole('textbox', { name: 'Workflow ID' }).fill(form.workflowId);
    await page.getByRole('textbox', { name: 'Task Queue' }).fill(form.taskQueue);
    await page.getByRole('textbox', { name: 'Workflow Type' }).fill(form.type);
    await this.#paste(this.content, form.input);
  }

  /** Pastes JSON as the field formats it: otherwise reformatting on blur would move the button away from the click. */
  async #paste(within: Locator, request: object): Promise<void> {
    await within.getByRole('textbox', { name: 'Data' }).click();
    // The previous input is still visible but would not be sent.
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(JSON.stringify(request, null, 2));
  }

  /** Takes a screenshot of a part of the page, as `support-<title>.png`. */
  async picture(title: string, part: Locator): Promise<void> {
    const name = `support-${title}.png`;
    for (const folder of [stack.screenshotFolder, HANDBOOK_FOLDER]) {
      if (!folder) continue;
      const path = join(folder, name);
      await part.screenshot({ path, animations: 'disabled' });
      expect(readFileSync(path).length, `${name} is too large`).toBeLessThan(LARGEST_PICTURE);
    }
  }

  /** Takes a screenshot of the case's full details, however long, or of its whole page. */
  async pictureOfCase(title: string, part: 'details' | 'page' = 'details'): Promise<void> {
    const { page } = this;
    const details = page.locator('#user-metadata-current-details');
    await page.getByRole('paragraph').getByText('Update successful').first().waitFor({ state: 'hidden' });
    const { y, height } = (await details.boundingBox())!;
    await page.setViewportSize({ ...VIEWPORT, height: Math.max(VIEWPORT.height, Math.ceil(y + height) + 40) });
    await this.picture(title, part === 'page' ? this.content : details);
    await page.setViewportSize(VIEWPORT);
  }

  /** Takes a screenshot of a short list. */
  async pictureOfList(title: string): Promise<void> {
    await this.page.setViewportSize({ ...VIEWPORT, height: 480 });
    await this.picture(title, this.content);
    await this.page.setViewportSize(VIEWPORT);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}
