// A person judges: sees the evidence and the claims, states beliefs, answers, then sees the truth.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, judgeByProgram, mnist, openLine, openPage, openStand, PATIENCE, revealed, reveals, truth } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */

const stand = openStand();

/** Starts judging from the judge's place, with quick debaters. @param {Page} page @param {string} reveal */
async function begin(page, reveal = 'One by one') {
  await page.goto(`${stand.url}/#/judge`);
  await page.getByLabel('Debaters').selectOption('greedy');
  await page.getByRole('radio', { name: reveal }).check();
  await page.getByRole('button', { name: 'Start judging' }).click();
}

const slider = (/** @type {Page} */ page) => page.getByRole('slider', { name: 'Belief' });

/** States a belief after so many reveals, by keys. @param {Page} page @param {number} seen @param {string[]} keys */
async function state(page, seen, ...keys) {
  await page.getByText(seen === 0 ? 'You have seen nothing yet' : `After ${seen === 1 ? 'one reveal' : `${seen} reveals`}`).waitFor();
  assert.equal(await revealed(page), seen);
  for (const key of [...keys, 'Enter']) await page.keyboard.press(key);
}

test('a debate is judged by keys alone, and the record says how it went', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, asked, told, context } = await openPage(stand.browser);
  await begin(page);
  await state(page, 0);
  await page.waitForURL(/#\/judge\/.+\/.+/);
  const debate = page.url().split('/').at(-2) ?? '';
  await state(page, 1, 'ArrowLeft', 'ArrowLeft');
  await state(page, 2, 'Shift+ArrowRight');
  for (const seen of [3, 4, 5]) await state(page, seen, 'ArrowLeft');
  await page.getByText('After 6 reveals').waitFor();
  assert.match((await slider(page).getAttribute('aria-valuetext')) ?? '', /^74 % for \d, 26 % for \d$/);
  assert.equal(await page.locator('.lit').count(), 0);
  await page.keyboard.press('Enter');
  await page.getByText('Whom do you believe?').waitFor();

  const own = (/** @type {string} */ frame) => frame.includes(debate);
  const before = told.filter(own);
  const asks = asked.length;
  const claims = (await page.locator('button.answer .label').allInnerTexts()).map(Number);
  assert.equal(await page.evaluate(() => document.activeElement?.querySelector('.label')?.textContent), String(claims[0]));
  await page.getByLabel('Why?').fill('Bent at the top.');
  await page.locator('button.answer').first().focus();
  const page_ = await page.content();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  await page.keyboard.press('Enter');
  await truth(page);

  // Now the truth is known: nothing of it was in what came before.
  const { event, ending } = told.filter(own).map((frame) => JSON.parse(frame)).find((message) => message.ending);
  const { index } = ending.background.source;
  const { label, pixels } = mnist(index);
  assert.equal(ending.truth.label, label);
  assert.deepEqual(Buffer.from(ending.truth.image.pixels, 'base64'), pixels);
  assert.deepEqual({ ...event.verdict, probability: Math.round(100 * event.verdict.probability) }, { type: 'label', label: claims[0], probability: 74, explanation: 'Bent at the top.' });
  assert.equal(ending.outcome.winner, claims[0] === label ? 'honest' : 'liar');

  const types = before.map((frame) => JSON.parse(frame).type);
  assert.deepEqual(types, ['created', 'snapshot', 'turn', ...Array(6).fill('event')], 'and no opinion');
  const { honest, liar } = JSON.parse(before[0] ?? '').tokens;
  assert.deepEqual([honest, liar], [null, null]);
  const text = before.slice(1).join('\n');
  for (const secret of [ending.truth.image.pixels.slice(0, 40), 'mnist', '"honest"', '"liar"', '"index"', '"label"']) {
    for (const [place, found] of Object.entries({ traffic: text, page: page_, kept })) assert.ok(!found.includes(secret), `${secret} in ${place}`);
  }
  const { view, background } = JSON.parse(before[1] ?? '');
  assert.deepEqual([view.image, view.truth, view.role, view.rules.first, background], [null, null, null, null, null]);
  assert.deepEqual([view.claims.first, view.claims.second], claims);
  for (const frame of before.slice(3)) {
    const { pixel, value } = JSON.parse(frame).event;
    assert.equal(value, pixels[pixel[1] * 28 + pixel[0]]);
  }
  assert.equal(asked.slice(0, asks).filter((url) => /api|socket/.test(url)).length, 1, 'all is told on the socket alone');

  const right = claims[0] === label;
  await page.getByText(right ? 'You were right' : 'the liar fooled you').first().waitFor();
  const given = right ? 0.74 : 0.26;
  const score = 1 + Math.log2(given);
  await page.locator('.score').getByText(`You gave ${Math.round(100 * given)} % to the truth`).waitFor();
  assert.ok((await page.locator('.score b').innerText()).endsWith(Math.abs(score).toFixed(2)));
  await page.locator('.record').getByText(`${right ? 1 : 0} of 1`).first().waitFor();
  // The classifier's opinion comes with the outcome, and is compared.
  await page.getByText('The classifier, on the same debates').waitFor();
  await page.locator('.record').getByText(/mean log score [+−]/).waitFor();
  await page.getByRole('img', { name: /^Calibration/ }).waitFor();
  await page.getByRole('table', { name: /^Belief in/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('debates are judged one after another by keyboard', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge`);
  await page.getByLabel('Debaters').selectOption('greedy');
  await page.getByRole('radio', { name: 'The whole debate' }).check();
  await page.reload();
  assert.ok(await page.getByRole('radio', { name: 'The whole debate' }).isChecked(), 'what was chosen is kept');
  await page.getByRole('button', { name: 'Start judging' }).waitFor();
  await page.keyboard.press('Enter');
  for (const judged of [1, 2, 3]) {
    await page.getByText('You have seen nothing yet').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('After 6 reveals').waitFor();
    assert.equal(await revealed(page), 6);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByText('Whom do you believe?').waitFor();
    // The label itself is a key.
    const claim = await page.locator('button.answer .label').nth(1).innerText();
    await page.keyboard.press(claim);
    await truth(page);
    await page.locator('.record').getByText(`of ${judged},`).first().waitFor();
    await page.keyboard.press('Enter');
  }
  await page.getByText('You have seen nothing yet').waitFor();

  await page.getByRole('link', { name: 'Judge', exact: true }).click();
  await page.locator('.record').getByText('of 3,').first().waitFor();
  await page.getByRole('button', { name: 'Forget it' }).click();
  await page.getByRole('button', { name: 'Really forget all of it' }).click();
  await page.getByText('Nothing judged yet').waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test('each reveal is announced', { timeout: PATIENCE }, async () => {
  const { page, told, context } = await openPage(stand.browser);
  await begin(page);
  await state(page, 0);
  await state(page, 1);
  await page.getByText('After 2 reveals').waitFor();
  const { pixel, value } = told.map((frame) => JSON.parse(frame)).find(({ seq, event }) => seq === 2 && event).event;
  const live = page.locator('[aria-live=polite]');
  await live.getByText(`Reveal 2 of 6, second debater, column ${pixel[0]}, row ${pixel[1]}, value ${value}.`).waitFor({ state: 'attached' });
  await context.close();
});

test('a judge who reloads or loses the connection goes on where they were', { timeout: 2 * PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  const line = await openLine(page);
  await begin(page);
  await state(page, 0);
  await state(page, 1, 'ArrowLeft', 'ArrowLeft');
  await page.getByText('After 2 reveals').waitFor();
  await page.reload();
  await page.getByText('After 2 reveals').waitFor();
  assert.equal(await revealed(page), 2);
  assert.match((await slider(page).getAttribute('aria-valuetext')) ?? '', /^60 % for/);

  const status = page.getByRole('status').first();
  await line.cut();
  await status.getByText('Connection lost, trying again').waitFor();
  assert.equal(await revealed(page), 2);
  line.mend();
  await status.getByText('Connected').waitFor();
  for (const seen of [2, 3, 4, 5, 6]) await state(page, seen);

  // Without a connection no verdict can be given.
  const answer = page.locator('button.answer').first();
  await page.getByText('Whom do you believe?').waitFor();
  await line.cut();
  await page.getByText('Waiting for the server…').waitFor();
  assert.ok(await answer.isDisabled());
  line.mend();
  await page.getByText('Whom do you believe?').waitFor();
  await answer.click();
  await truth(page);
  await page.locator('.record').getByText('of 1,').first().waitFor();
  await page.reload();
  await truth(page);
  await page.locator('.record').getByText('of 1,').first().waitFor();
  await context.close();
});

test('a seat that is taken in another window can be taken back', { timeout: PATIENCE }, async () => {
  const one = await openPage(stand.browser);
  await begin(one.page);
  await state(one.page, 0);
  const other = await openPage(stand.browser);
  await other.page.goto(one.page.url());
  await other.page.getByText('You have seen nothing yet').waitFor();
  await one.page.getByText('This seat was taken in another window.').waitFor();
  await one.page.getByRole('button', { name: 'Take it back' }).click();
  await other.page.getByText('This seat was taken in another window.').waitFor();
  await state(one.page, 1);
  for (const { context } of [one, other]) await context.close();
});

test('without precommit the judge chooses among all labels', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/new`);
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
  await page.getByLabel('How sure are you?').fill('40');
  await page.locator('button.answer').nth(3).click();
  await truth(page);
  await page.locator('.record').getByText('of 1,').first().waitFor();
  await context.close();
});

test('others who judged the same question are compared once the truth is told', { timeout: 2 * PATIENCE }, async () => {
  const setup = { image: 61, lie: 3, first: 'honest', honest: 'greedy', liar: 'greedy', pace_ms: 0 };
  const before = await create(stand.url, { ...setup, judge: 'outside:Ada' });
  await judgeByProgram(stand, before, 0.75);
  const { debate, tokens } = await create(stand.url, { ...setup, judge: 'outside:Jo' });
  const { page, asked, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen, 'ArrowLeft');
  await page.getByText('Whom do you believe?').waitFor();
  assert.ok(asked.every((url) => !url.includes('/judges')), 'which questions are the same is told with the truth');
  await page.keyboard.press('Enter');
  await truth(page);
  // The honest debater sits first, and Ada believes who does.
  await page.getByRole('region', { name: 'Other judges' }).getByText('Ada: right in 100 %, 1 of 1; mean log score +0.58').waitFor();
  await page.locator('.record').getByText('Other judges, on the same images and claims').waitFor();
  await page.locator('.record').getByText(/1 of 1, 95 % interval .* mean log score \+0.58. Yours on these 1/).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});
