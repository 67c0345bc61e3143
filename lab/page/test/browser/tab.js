// Opens docs/page/index.html from a file in headless Chromium, for the tests beside this; lab/page/test/run starts them.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const require = createRequire(process.env.SCORELAB_MODULES);
const { chromium } = require('playwright-core');
/** The file of the page. */
export const file = fileURLToPath(new URL('../../../../docs/page/index.html', import.meta.url));
/** Its address. */
export const address = pathToFileURL(file).href;
/** Whether the tests run at full length. */
export const whole = process.env.SCORELAB_LENGTH === 'all';
const PATIENCE = 10; // a slow machine makes nothing fail: what takes longer than its budget is said, ten times as long fails

/** The browser. */
export let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.SCORELAB_BROWSER,
    args: ['--no-sandbox', '--js-flags=--expose-gc'],
  });
});
after(() => browser.close());

/** Opens the page in a fresh profile; answers the tab, with what went wrong in it and what it asked for. */
async function open(hash = '', { width = 1366, height = 768, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  const [errors, requests] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('dialog', (dialog) => {
    errors.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address + hash);
  await page.waitForFunction(() => document.documentElement.scorelab?.first);
  return { page, errors, requests, close: () => context.close() };
}

/** Lets a test use a page, which must end without an error. */
export async function within(hash, options, use) {
  const tab = await open(hash, options);
  try {
    await use(tab.page, tab);
    assert.deepEqual(tab.errors, []);
  } finally {
    await tab.close();
  }
}

/** After the next picture. */
export const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
/** The state that is shown. */
export const state = (page) => page.evaluate(() => document.documentElement.scorelab.state);
/** The shares that are told. */
export const shares = (page) =>
  page.evaluate(() => document.documentElement.scorelab.frame.shares.map((share) => share?.value));
/** Changes the state. */
export const set = async (page, patch) => {
  await page.evaluate((p) => document.documentElement.scorelab.set(p), patch);
  await settled(page);
};
/** The middle one of a list. */
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
/** Says how long something took, and fails where a slow machine is no excuse. */
export const budget = (what, value, most) => {
  console.log(
    `# ${what}: ${value.toFixed(1)} ms (budget ${most} ms)${value > most ? ', warning: more than on a quiet machine' : ''}`,
  );
  assert.ok(value <= PATIENCE * most, `${what} took ${value} ms`);
};
