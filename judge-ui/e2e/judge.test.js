// A person judges: sees the evidence and the claims, answers, then sees the truth.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { mnist, openPage, PATIENCE, reveals, startBrowser, startServer, truth } from './stand.js';

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

test('the judge’s traffic has neither image nor label before the verdict', { timeout: PATIENCE }, async () => {
  const { page, faults, asked, told, context } = await openPage(browser);
  await page.goto(server.url);
  await page.getByRole('link', { name: 'Judge one yourself' }).click();
  const answers = page.locator('button.answer');
  await answers.first().waitFor();
  const debate = page.url().split('/').at(-2) ?? '';
  assert.ok(await answers.first().isDisabled());
  await reveals(page, 6);
  await page.getByText('Whom do you believe?').waitFor();
  assert.equal(await page.locator('.lit').count(), 0);

  const own = (/** @type {string} */ frame) => frame.includes(debate);
  const before = told.filter(own);
  const asks = asked.length;
  const claims = (await page.locator('button.answer .label').allInnerTexts()).map(Number);
  await page.getByLabel('How sure are you?').fill('80');
  await answers.first().click();
  await truth(page);

  // Now the truth is known: nothing of it was in what came before.
  const { event, ending } = told.filter(own).map((frame) => JSON.parse(frame)).find((message) => message.ending);
  const { index } = ending.background.source;
  const { label, pixels } = mnist(index);
  assert.equal(ending.truth.label, label);
  assert.deepEqual(Buffer.from(ending.truth.image.pixels, 'base64'), pixels);
  assert.deepEqual(event.verdict, { type: 'label', label: claims[0], probability: 0.8 });
  assert.equal(ending.outcome.winner, claims[0] === label ? 'honest' : 'liar');

  const types = before.map((frame) => JSON.parse(frame).type);
  assert.deepEqual(types, ['created', 'snapshot', 'turn', ...Array(6).fill('event')], 'and no opinion');
  const { honest, liar } = JSON.parse(before[0] ?? '').tokens;
  assert.deepEqual([honest, liar], [null, null]);
  const text = before.slice(1).join('\n');
  for (const secret of [ending.truth.image.pixels.slice(0, 40), 'mnist', '"honest"', '"liar"', '"index"', '"label"']) {
    assert.ok(!text.includes(secret), secret);
  }
  const { view, background } = JSON.parse(before[1] ?? '');
  assert.deepEqual([view.image, view.truth, view.role, view.rules.first, background], [null, null, null, null, null]);
  assert.deepEqual([view.claims.first, view.claims.second], claims);
  for (const frame of before.slice(3)) {
    const { pixel, value } = JSON.parse(frame).event;
    assert.equal(value, pixels[pixel[1] * 28 + pixel[0]]);
  }
  assert.equal(asked.length, asks, 'the verdict is answered on the socket alone');
  assert.deepEqual(faults, []);

  const right = claims[0] === label;
  await page.getByText(right ? 'You were right' : 'the liar fooled you').first().waitFor();
  await page.getByText(`You were right ${right ? 1 : 0} of 1 times`).waitFor();
  await context.close();
});

test('debates are judged one after another by keyboard', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, context } = await openPage(browser);
  await page.goto(`${server.url}/#/judge`);
  for (const judged of [1, 2]) {
    await page.getByText('Whom do you believe?').waitFor();
    const claim = await page.locator('button.answer .label').nth(1).innerText();
    await page.keyboard.press(claim);
    await truth(page);
    assert.equal(await page.locator('.opinion .answer .label').innerText(), claim);
    await page.getByText(`of ${judged} times`).waitFor();
    const another = page.getByRole('link', { name: 'Judge another' });
    await another.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Watch the evidence').waitFor();
  }
  assert.deepEqual(faults, []);
  await context.close();
});

test('a judge who reloads the page keeps the seat', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(browser);
  await page.goto(`${server.url}/#/new`);
  await page.getByRole('radio', { name: 'Me' }).check();
  assert.ok(await page.getByLabel('The lie').isDisabled());
  await page.getByRole('radio', { name: 'The liar keeps its claim open' }).check();
  for (const agent of ['Honest debater', 'Liar']) await page.getByLabel(agent, { exact: true }).selectOption('greedy');
  await page.getByLabel('Pace').selectOption({ label: 'Fast: a pixel every 0.4 s' });
  await page.getByRole('button', { name: 'Start the debate' }).click();
  await reveals(page, 2);
  await page.reload();
  await page.getByText('Which one is it?').first().waitFor();
  await reveals(page, 6);
  assert.equal(await page.locator('button.answer').count(), 10);
  await page.locator('button.answer').nth(3).click();
  await truth(page);
  await context.close();
});
