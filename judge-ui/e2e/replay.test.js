// A debate that is over, move by move.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { create, openLine, openPage, PATIENCE, played, revealed, startBrowser, startServer, truth } from './stand.js';

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

test('a slider goes over the moves, and each position has its address', { timeout: PATIENCE }, async () => {
  const { debate, transcript } = await played(server.url, { image: 17 });
  const { page, faults, context } = await openPage(browser);
  await page.goto(`${server.url}/#/replay/${debate}`);
  await truth(page);
  assert.equal(await revealed(page), 6);
  assert.ok((await page.locator('.image .lit').count()) > 50);
  assert.equal(await page.locator('.evidence .lit').count(), 0);
  await page.getByRole('table', { name: /^Belief in/ }).waitFor();
  const beliefs = await page.getByRole('table', { name: /^Belief in/ }).getByRole('row').count();
  assert.equal(beliefs, 8, 'a head, before the first reveal, and after each of six');
  const slider = page.getByRole('slider', { name: 'Position' });
  assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^Verdict: \d\.$/);

  await page.locator('body').press('ArrowLeft');
  await page.locator('body').press('ArrowLeft');
  await page.waitForURL(/\/5$/);
  assert.equal(await revealed(page), 5);
  const { by, pixel, value } = transcript.events[4];
  await page.getByText(`Reveal 5 of 6, ${by} debater, column ${pixel[0]}, row ${pixel[1]}, value ${value}.`).first().waitFor();
  await slider.fill('2');
  assert.equal(await revealed(page), 2);
  assert.equal(await page.locator('.opinion .answer').count(), 0, 'no verdict before the end');
  await page.reload();
  await truth(page);
  assert.equal(await revealed(page), 2);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await page.waitForURL(/\/4$/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('body').press('Home');
  assert.equal(await revealed(page), 0);
  await page.getByText('Before the first reveal.').first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('a debate is taken along as JSON, PNG, SVG, GIF and by its link', { timeout: PATIENCE }, async () => {
  const { debate, transcript } = await played(server.url);
  const { page, context } = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${server.url}/#/replay/${debate}/3`);
  await truth(page);
  const starts = { JSON: '{', PNG: '\x89PNG', SVG: '<svg', GIF: 'GIF89a' };
  for (const [kind, start] of Object.entries(starts)) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: kind, exact: true }).click()]);
    assert.equal(download.suggestedFilename(), `debate-${debate}.${kind.toLowerCase()}`);
    const bytes = readFileSync(await download.path());
    assert.ok(bytes.toString('latin1').includes(start), kind);
    if (kind === 'JSON') assert.deepEqual(JSON.parse(bytes.toString()), transcript);
  }
  await page.getByRole('button', { name: /^Copy/ }).click();
  await page.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${server.url}/#/replay/${debate}/3`);
  await context.close();
});

test('a lost connection takes nothing from a replay', { timeout: PATIENCE }, async () => {
  const { debate } = await played(server.url, { precommit: false });
  const { page, context } = await openPage(browser);
  const line = await openLine(page);
  await page.goto(`${server.url}/#/replay/${debate}/3`);
  await truth(page);
  await line.cut();
  await page.getByRole('status').first().getByText('Connection lost').waitFor();
  await page.locator('body').press('ArrowRight');
  await page.waitForURL(/\/4$/);
  assert.equal(await revealed(page), 4);
  line.mend();
  await page.getByRole('status').first().getByText('Connected').waitFor();
  assert.equal(await revealed(page), 4);
  await context.close();
});

test('a debate under way is watched before it is replayed', { timeout: PATIENCE }, async () => {
  const { debate } = await create(server.url, { honest: 'greedy', liar: 'greedy', pace_ms: 700 });
  const { page, context } = await openPage(browser);
  await page.goto(`${server.url}/#/replay/${debate}`);
  await page.getByRole('heading', { name: 'The debate is going on.' }).waitFor();
  // Over in the meantime, it is replayed at once.
  await truth(page);
  await context.close();
});
