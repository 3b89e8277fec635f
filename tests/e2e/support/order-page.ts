/** The page of an order: what is looked for on it, and pictures of it. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP, PHONE, SMALL_PHONE } from './browser.ts';
import { expectNoSidewaysScroll } from './shopper.ts';
import { stack } from './stack.ts';

export const refundState = (page: Page, is: string): Locator => page.locator(`[data-refund="${is}"]`).first();

/** The step that the order has reached. */
export const step = (page: Page): Locator =>
  page.getByRole('list', { name: 'Order progress' }).locator('[aria-current="step"]');

/** What the list of items says of an item, such as "1 of 2 canceled". */
export const canceledOf = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ hasText: name }).locator('[data-canceled]');

/** Without scripts a page shows what is new when one looks again. */
export async function lookUntil(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      if (await isThere()) return true;
      await page.reload();
      return isThere();
    })
    .toBe(true);
}

/** Pictures of the open page as phones and a desk show it. */
export async function picture(page: Page, title: string): Promise<void> {
  for (const [name, viewport] of [
    ['small-phone', SMALL_PHONE],
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const) {
    await page.setViewportSize(viewport);
    await expectNoSidewaysScroll(page);
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(stack.screenshotFolder, `${title}-${name}.png`), fullPage: true });
  }
}
