/** Browsers for tests, which record the errors and warnings of their pages. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { stack } from './stack.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Expected refusals: 400 for a form with errors, 402 for a declined card, 404 for an unknown page. */
const REFUSED = /Failed to load resource: the server responded with a status of 4\d\d/;

export const PHONE = { width: 390, height: 844 };
export const SMALL_PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };

export interface Visit extends AsyncDisposable {
  page: Page;
  /** Errors and warnings of pages, including violations of the content security policy. */
  complaints: string[];
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: stack.chromium, headless: true, args: FLAGS });
}

/** Opens a browser context without cookies, as a new visitor. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: DESKTOP, baseURL: stack.storefrontUrl, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && !REFUSED.test(text)) complaints.push(text);
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until the page is hydrated, so that scripts handle clicks instead of the browser. */
export async function untilHydrated(page: Page): Promise<void> {
  await page.locator('html[data-scripted]').waitFor({ state: 'attached' });
}
