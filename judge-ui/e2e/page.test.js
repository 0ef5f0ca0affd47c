// The page as such: on a phone, without a connection, with a strict policy.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { create, held, openPage, PATIENCE, reveals, startBrowser, startServer, temporaryFolder, truth } from './stand.js';

/** @type {import('playwright-core').Browser} */
let browser;

before(async () => (browser = await startBrowser()));

after(() => browser.close());

test('a lost connection is said and found again, and the debate goes on', { timeout: PATIENCE }, async () => {
  const folder = temporaryFolder();
  const store = join(folder, 'debates.db');
  let server = await startServer({ store });
  const { debate, tokens } = await create(server.url, held);
  const [visitor, debater] = [await openPage(browser), await openPage(browser)];
  const { page, told } = visitor;
  const status = page.getByRole('status').first();
  const board = debater.page.getByRole('application');
  const reveal = async () => {
    await debater.page.getByRole('timer').getByText('Your turn').waitFor();
    await board.focus();
    await debater.page.keyboard.press('n');
    await debater.page.keyboard.press('Enter');
  };
  await page.goto(`${server.url}/#/watch/${debate}`);
  await debater.page.goto(`${server.url}/#/debate/${debate}/${tokens['honest']}`);
  await reveal();
  await reveals(page, 2);
  await server.stop();
  await status.getByText('Connection lost').waitFor();
  await debater.page.getByRole('status').first().getByText('Connection lost').waitFor();

  server = await startServer({ store, address: new URL(server.url).host });
  for (const { page } of [visitor, debater]) await page.getByRole('status').first().getByText('Connected').waitFor();
  for (const number of [4, 6]) {
    await reveal();
    await reveals(debater.page, number);
  }
  await truth(page);
  const messages = told.map((frame) => JSON.parse(frame));
  assert.equal(new Set(messages.flatMap(({ debate }) => debate ?? [])).size, 1, 'one debate all along');
  assert.ok(messages.some(({ type }) => type === 'resumed'));
  assert.equal(await page.locator('.evidence g.number').count(), 6);
  assert.equal(await page.locator('.opinion output').count(), 2);
  for (const { context } of [visitor, debater]) await context.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('a server that has lost the debate says so and leads to another', { timeout: PATIENCE }, async () => {
  let server = await startServer();
  const { page, context } = await openPage(browser);
  const status = page.getByRole('status').first();
  await page.goto(`${server.url}/#/watch`);
  await status.getByText('Connected').waitFor();
  await page.waitForURL(/#\/watch\//);
  await server.stop();
  await status.getByText('Connection lost').waitFor();
  server = await startServer({ address: new URL(server.url).host });
  await page.getByRole('alert').getByText('no debate has that name').waitFor();
  await page.getByRole('link', { name: 'Watch another debate' }).click();
  await reveals(page, 1);
  await context.close();
  await server.stop();
});

test('the whole page is reached by keyboard', { timeout: PATIENCE }, async () => {
  const server = await startServer();
  const { page, context } = await openPage(browser);
  await page.goto(`${server.url}/#/new`);
  await page.locator('form').waitFor();
  const names = new Set();
  for (let step = 0; step < 100 && !names.has('Start the debate'); step += 1) {
    await page.keyboard.press('Tab');
    names.add(await page.evaluate(() => document.activeElement?.textContent?.trim()));
  }
  for (const name of ['To the content', 'Watch', 'Judge', 'Debate', 'Set up', 'Standings', 'Start the debate']) assert.ok(names.has(name), name);
  await context.close();
  await server.stop();
});

test('the first load is light, comes from one host, and obeys a strict policy', { timeout: PATIENCE }, async () => {
  const server = await startServer();
  const { page, faults, context } = await openPage(browser);
  /** What came over the wire, compressed where the server compresses it. */
  const loaded = new Map();
  page.on('requestfinished', (request) => {
    loaded.set(request.url(), request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  const answer = await page.goto(server.url);
  await page.getByRole('status').first().getByText('Connected').waitFor();
  await page.waitForLoadState('networkidle');
  const policy = answer?.headers()['content-security-policy'] ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'"]) assert.ok(policy.includes(rule), policy);
  assert.doesNotMatch(policy, /unsafe|\*|data:/);
  let weight = 0;
  for (const [url, size] of loaded) {
    assert.equal(new URL(url).host, new URL(server.url).host);
    weight += await size;
  }
  assert.ok(loaded.size >= 4, `${loaded.size} files`);
  assert.ok(weight > 50 * 1024 && weight < 150 * 1024, `${weight} bytes compressed`);
  assert.deepEqual(faults, []);
  await context.close();
  await server.stop();
});

test('a reveal is on screen with the next frame after its message', { timeout: PATIENCE }, async () => {
  const server = await startServer();
  const { page, context } = await openPage(browser);
  // The page's own websocket, with a counter of frames at its door: of frames, for how long one takes is the
  // machine's to say.
  await page.addInitScript(() => {
    const waits = /** @type {number[]} */ ([]);
    Object.assign(globalThis, { waits });
    globalThis.WebSocket = class extends WebSocket {
      constructor(/** @type {string | URL} */ url) {
        super(url);
        this.addEventListener('message', ({ data }) => {
          const { event, seq } = JSON.parse(data);
          if (event?.type !== 'reveal') return;
          let frames = 0;
          const look = () => {
            frames += 1;
            if (document.querySelectorAll('.evidence g.number').length >= seq) waits.push(frames);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        });
      }
    };
  });
  await page.goto(`${server.url}/#/watch`);
  await truth(page);
  const waits = await page.evaluate(() => /** @type {any} */ (globalThis).waits);
  assert.ok(waits.length >= 1, 'some reveals were seen to come');
  assert.ok(Math.max(...waits) <= 2, `frames: ${waits}`);
  await context.close();
  await server.stop();
});
