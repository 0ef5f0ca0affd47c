// Where visitors arrive.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { create, openLine, openPage, PATIENCE, played, startBrowser, startServer } from './stand.js';

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser.close();
  await server.stop();
});

const live = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('region', { name: 'Going on now' }).getByRole('link');
const recent = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('region', { name: 'Recent results' }).getByRole('link');

test('a first visit explains the game, and only the first', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(browser, { reducedMotion: 'no-preference' });
  await page.goto(server.url);
  assert.equal(await page.locator('.example li').count(), 3);
  for (const line of await page.locator('.example li').allInnerTexts()) assert.match(line.trim(), /^[^.]+\.$/, 'one sentence');
  const shown = () => page.locator('.example g.number').count();
  await page.locator('.example g.number').first().waitFor();
  const before = await shown();
  await page.locator('.example g.number').nth(before).waitFor();
  assert.ok((await shown()) > before, 'it moves');
  await page.getByText('The judge says 4').waitFor();
  await page.getByRole('button', { name: 'Stop the example' }).click();

  await page.getByRole('button', { name: 'Got it, hide this' }).click();
  await page.getByRole('heading', { level: 1, name: 'Pixel Debate' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Pixel Debate' }).waitFor();
  assert.equal(await page.locator('.example').count(), 0);
  await page.getByRole('button', { name: 'How it works' }).click();
  await page.locator('.example').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('with reduced motion the example stands still until it is played', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(browser);
  await page.goto(server.url);
  await page.getByText('The judge says 4').waitFor();
  await page.getByRole('button', { name: 'Play the example' }).waitFor();
  await context.close();
});

test('live debates move on small boards, and results follow', { timeout: 2 * PATIENCE }, async () => {
  const { debate: older, transcript } = await played(server.url);
  const { page, faults, context } = await openPage(browser);
  const line = await openLine(page);
  await page.goto(server.url);
  // The server has a debate for visitors even where nobody plays.
  await live(page).first().waitFor();
  const { debate } = await create(server.url, { honest: 'greedy', liar: 'greedy', pace_ms: 1500 });
  const board = page.locator(`a[href='#/watch/${debate}']`);
  await board.waitFor();
  await board.getByText(/Reveal [2-6] of 6/).waitFor();
  await line.cut();
  await page.getByRole('status').getByText('Connection lost').waitFor();
  line.mend();
  await page.getByRole('status').getByText('Connected').waitFor();
  await board.getByText(/wins\.$/).waitFor();
  await page.locator(`a[href='#/replay/${debate}']`).waitFor();

  const result = recent(page).and(page.locator(`[href='#/replay/${older}']`));
  await result.getByText(transcript.outcome.winner === 'honest' ? 'the honest debater wins' : 'the liar wins').waitFor();
  await result.click();
  await page.getByText(/^It was an? \d\.$/).waitFor();
  assert.deepEqual(faults.filter((fault) => !fault.includes('WebSocket')), []);
  await context.close();
});

test('the ways on lead there', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(browser);
  for (const [name, address] of /** @type {[string, RegExp][]} */ ([
    ['Judge one now', /#\/judge\/.+\/.+/],
    ['Watch', /#\/watch\/.+/],
    ['Debate', /#\/debate$/],
  ])) {
    await page.goto(server.url);
    await page.getByRole('main').getByRole('link', { name, exact: true }).click();
    await page.waitForURL(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await page.goto(server.url);
  await live(page).first().click();
  await page.waitForURL(/#\/watch\/.+/);
  await page.goBack();
  await live(page).first().waitFor();
  await context.close();
});
