/** Locators and screenshots of the order page. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { DESKTOP, PHONE, SMALL_PHONE } from './browser.ts';
import { expectNoSidewaysScroll } from './shopper.ts';
import { stack } from './stack.ts';

export const refundState = (page: Page, is: string): Locator => page.locator(`[data-refund="${is}"]`).first();

/** The current step of the order's progress. */
export const step = (page: Page): Locator =>
  page.getByRole('list', { name: 'Order progress' }).locator('[aria-current="step"]');

/** The note of an item in the list, such as "1 of 2 canceled". */
export const canceledOf = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ hasText: name }).locator('[data-canceled]');

/** Reloads until `isThere`, because a page without scripts does not update itself. */
export async function reloadUntil(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      if (await isThere()) return true;
      await page.reload();
      return isThere();
    })
    .toBe(true);
}

/** Takes screenshots of the open page at phone and desktop width. */
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
