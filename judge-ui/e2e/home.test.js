// Where visitors arrive.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, held, openDebater, openLine, openPage, openStand, PATIENCE, played } from './stand.js';

const stand = openStand();

const live = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('region', { name: 'Going on now' }).getByRole('link');
const recent = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('region', { name: 'Recent results' }).getByRole('link');

test('a first visit explains the game, and only the first', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser, { reducedMotion: 'no-preference' });
  await page.goto(stand.url);
  assert.equal(await page.locator('.example li').count(), 3);
  for (const line of await page.locator('.example li').allInnerTexts()) assert.match(line.trim(), /^[^.]+\.$/, 'one sentence');
  // It moves: more than one number of reveals is seen, whenever one looks.
  const seen = new Set();
  while (seen.size < 3) seen.add(await page.locator('.example g.number').count());
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

test('on a phone the way on is on the first screen, and why it matters before it', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await page.goto(stand.url);
  await page.getByText('Why it matters').waitFor();
  const box = await page.getByRole('link', { name: 'Judge one now' }).boundingBox();
  assert.ok(box && box.y + box.height <= 640, `it ends at ${box && box.y + box.height}`);
  await context.close();
});

test('with reduced motion the example stands still until it is played', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  await page.getByText('The judge says 4').waitFor();
  await page.getByRole('button', { name: 'Play the example' }).waitFor();
  await context.close();
});

test('live debates move on small boards, and results follow', { timeout: 2 * PATIENCE }, async () => {
  const { debate: older, transcript } = await played(stand.url);
  const { page, faults, context } = await openPage(stand.browser);
  const line = await openLine(page);
  await page.goto(stand.url);
  // The server has a debate for visitors even where nobody plays.
  await live(page).first().waitFor();
  const created = await create(stand.url, held);
  const { debate } = created;
  const debater = await openDebater(stand, created, 'honest');
  await debater.reveal();
  const board = page.locator(`a[href='#/watch/${debate}']`);
  await board.waitFor();
  await board.getByText('Reveal 2 of 6').waitFor();
  await line.cut();
  await page.getByRole('status').getByText('Connection lost').waitFor();
  line.mend();
  await page.getByRole('status').getByText('Connected').waitFor();
  await board.getByText('Reveal 2 of 6').waitFor();
  for (let move = 1; move < 3; move += 1) await debater.reveal();
  // The outcome stays on the live board for a while, then stands among the results.
  await page.locator(`a[href='#/replay/${debate}']`).getByText(/wins\.$/).waitFor();

  const result = recent(page).and(page.locator(`[href='#/replay/${older}']`));
  await result.getByText(transcript.outcome.winner === 'honest' ? 'the honest debater wins' : 'the liar wins').waitFor();
  await result.click();
  await page.getByText(/^It was an? \d\.$/).waitFor();
  await debater.close();
  assert.deepEqual(faults.filter((fault) => !fault.includes('WebSocket')), []);
  await context.close();
});

test('the ways on lead there', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  for (const [name, address] of /** @type {[string, RegExp][]} */ ([
    ['Judge one now', /#\/judge\/.+\/.+/],
    ['Watch', /#\/watch\/.+/],
    ['Debate', /#\/debate$/],
  ])) {
    await page.goto(stand.url);
    await page.getByRole('main').getByRole('link', { name, exact: true }).click();
    await page.waitForURL(address);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await page.goto(stand.url);
  await live(page).first().click();
  await page.waitForURL(/#\/watch\/.+/);
  await page.goBack();
  await live(page).first().waitFor();
  await context.close();
});

test('a reload in the middle of it all, and results from further back', { timeout: 2 * PATIENCE }, async () => {
  for (let number = 0; number < 9; number += 1) await played(stand.url, { honest: 'random', liar: 'random' });
  const created = await create(stand.url, held);
  const debater = await openDebater(stand, created, 'honest');
  await debater.reveal();
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  const board = page.locator(`a[href='#/watch/${created.debate}']`);
  await board.getByText('Reveal 2 of 6').waitFor();
  await recent(page).nth(5).waitFor();
  assert.equal(await recent(page).count(), 6);
  await page.reload();
  await board.getByText('Reveal 2 of 6').waitFor();
  await recent(page).nth(5).waitFor();
  await page.getByRole('button', { name: 'More results' }).click();
  await recent(page).nth(8).waitFor();
  const names = await recent(page).evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  assert.equal(new Set(names).size, names.length, 'each once');
  assert.deepEqual(faults, []);
  await debater.close();
  await context.close();
});

test('where the newest debates all go on, results are found further back', { timeout: 2 * PATIENCE }, async () => {
  const { debate: over } = await played(stand.url, { honest: 'random', liar: 'random' });
  for (let number = 0; number < 45; number += 1) await create(stand.url, { honest: 'outside' });
  const { page, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  await page.locator(`a[href='#/replay/${over}']`).waitFor();
  await context.close();
});
