// The page as such: on a phone, without a connection, with a strict policy.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { openPage, PATIENCE, reveals, startBrowser, startServer, temporaryFolder, truth } from './stand.js';

/** @type {import('playwright-core').Browser} */
let browser;

before(async () => (browser = await startBrowser()));

after(() => browser.close());

test('a lost connection is said and found again, and the debate goes on', { timeout: PATIENCE }, async () => {
  const folder = temporaryFolder();
  const store = join(folder, 'debates.db');
  let server = await startServer({ store });
  const { page, told, context } = await openPage(browser);
  const status = page.getByRole('status');
  await page.goto(server.url);
  await reveals(page, 1);
  await server.stop();
  await status.getByText('Connection lost').waitFor();

  server = await startServer({ store, address: new URL(server.url).host });
  await status.getByText('Connected').waitFor();
  await truth(page);
  const messages = told.map((frame) => JSON.parse(frame));
  assert.equal(new Set(messages.flatMap(({ debate }) => debate ?? [])).size, 1, 'one debate all along');
  assert.ok(messages.some(({ type }) => type === 'resumed'));
  assert.equal(await page.locator('.evidence g.number').count(), 6);
  assert.equal(await page.locator('.opinion output').count(), 2);
  await context.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('a server that has lost the debate on show shows another', { timeout: PATIENCE }, async () => {
  let server = await startServer();
  const { page, context } = await openPage(browser);
  const status = page.getByRole('status');
  await page.goto(server.url);
  await status.getByText('Connected').waitFor();
  await server.stop();
  await status.getByText('Connection lost').waitFor();
  server = await startServer({ address: new URL(server.url).host });
  await status.getByText('Connected').waitFor();
  await reveals(page, 1);
  await context.close();
  await server.stop();
});

test('every view fits on a phone', { timeout: PATIENCE }, async () => {
  const server = await startServer();
  const { page, faults, context } = await openPage(browser, { viewport: { width: 360, height: 740 } });
  for (const [view, shown] of [
    ['#/', '.stage'],
    ['#/judge', '.ask'],
    ['#/new', 'form'],
  ]) {
    await page.goto(`${server.url}/${view}`);
    await page.locator(shown ?? '').waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${view} is ${width} pixels wide`);
  }
  assert.deepEqual(faults, []);
  await context.close();
  await server.stop();
});

test('the whole page is reached by keyboard', { timeout: PATIENCE }, async () => {
  const server = await startServer();
  const { page, context } = await openPage(browser);
  await page.goto(`${server.url}/#/new`);
  await page.locator('form').waitFor();
  const names = new Set();
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press('Tab');
    names.add(await page.evaluate(() => document.activeElement?.textContent?.trim()));
  }
  for (const name of ['Watch', 'Judge', 'New debate', 'Start the debate']) assert.ok(names.has(name), name);
  await context.close();
  await server.stop();
});
