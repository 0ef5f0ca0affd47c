// A person judges: sees the evidence and the claims, states beliefs, answers, then sees the truth.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, judgeByProgram, mnist, openLine, openPage, openStand, PATIENCE, revealed, reveals, tell, truth, violations } from './stand.js';

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

/** States a belief after so many reveals, by keys; without any the one before. @param {Page} page @param {number} seen @param {string[]} keys */
async function state(page, seen, ...keys) {
  await page.getByText(seen === 0 ? 'You have seen nothing yet' : `After ${seen === 1 ? 'one reveal' : `${seen} reveals`}`).waitFor();
  assert.equal(await revealed(page), seen);
  for (const key of [...(keys.length === 0 ? ['Space'] : keys), 'Enter']) await page.keyboard.press(key);
}

test('a debate is judged by keys alone, and the record says how it went', { timeout: 2 * PATIENCE }, async () => {
  const { page, faults, asked, told, said, context } = await openPage(stand.browser);
  await begin(page);
  await state(page, 0);
  await page.waitForURL(/#\/judge\/.+\/.+/);
  const debate = page.url().split('/').at(-2) ?? '';
  await state(page, 1, 'ArrowRight', 'ArrowRight');
  await state(page, 2, 'Shift+ArrowLeft');
  for (const seen of [3, 4, 5]) await state(page, seen, 'ArrowRight');
  await page.getByText('After 6 reveals').waitFor();
  const spoken = () => slider(page).getAttribute('aria-valuetext');
  assert.match((await spoken()) ?? '', /^not set yet, left at 74\s% for \d, 26\s% for \d$/);
  await page.keyboard.press('Space');
  assert.match((await spoken()) ?? '', /^74\s% for \d, 26\s% for \d$/);
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

  const types = before.map((frame) => JSON.parse(frame).type).filter((type) => type !== 'accepted');
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
  for (const { event } of before.map((frame) => JSON.parse(frame)).filter(({ type }) => type === 'event')) {
    const { pixel, value } = event;
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
  // The classifier's opinion comes with the outcome.
  await page.getByText('From the same pixels the classifier would have said').waitFor();
  // The record is the server's, by a key that the browser has made and nobody tells it again.
  const key = await page.evaluate(() => JSON.parse(localStorage.getItem('pixel-debate.judge-key') ?? ''));
  const [take] = said.map((frame) => JSON.parse(frame)).filter(({ type }) => type === 'take');
  assert.deepEqual([take.judge_key, JSON.parse(before[1] ?? '').on_record], [key, true]);
  assert.ok([...told, ...asked].every((frame) => !frame.includes(key)));
  const { judgments, totals } = await recordOf(key);
  assert.deepEqual([judgments.length, judgments[0].debate, judgments[0].right, totals.right], [1, debate, right, right ? 1 : 0]);
  await page.getByRole('img', { name: /^Calibration/ }).waitFor();
  await page.getByRole('table', { name: /^Belief in/ }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

/** A record, as the server tells it. @param {string} key */
const recordOf = async (key) => /** @type {any} */ (await (await fetch(`${stand.url}/api/judge`, { headers: { Authorization: `Bearer ${key}` } })).json());

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
    await state(page, 0);
    await page.getByText('After 6 reveals').waitFor();
    assert.equal(await revealed(page), 6);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByText('Whom do you believe?').waitFor();
    // The label itself is a key that chooses.
    const claim = await page.locator('button.answer .label').nth(1).innerText();
    await page.keyboard.press(claim);
    await page.keyboard.press('Enter');
    await truth(page);
    await page.locator('.record').getByText(`of ${judged},`).first().waitFor();
    await page.keyboard.press('Enter');
  }
  await page.getByText('You have seen nothing yet').waitFor();

  await page.getByRole('link', { name: 'Judge', exact: true }).click();
  await page.locator('.record').getByText('of 3,').first().waitFor();
  const row = page.getByRole('region', { name: 'Each judgment' }).locator('tbody tr');
  await page.getByText('Each judgment', { exact: true }).click();
  assert.equal(await row.count(), 3);
  await page.getByRole('button', { name: 'Show the key' }).click();
  const key = await page.getByRole('textbox', { name: 'Key to your record' }).inputValue();
  assert.equal((await recordOf(key)).totals.judgments, 3);
  assert.deepEqual(await violations(page), []);

  // On another device it is the same record, and is added to.
  const phone = await openPage(stand.browser, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await phone.page.goto(`${stand.url}/#/judge`);
  await phone.page.getByText('Nothing judged yet').waitFor();
  await phone.page.getByRole('button', { name: 'I have a key to a record' }).click();
  await phone.page.getByLabel('A key that another device shows').fill(key.slice(1));
  await phone.page.getByRole('button', { name: 'Use this key' }).click();
  await phone.page.getByRole('alert').getByText('That is no key').waitFor();
  assert.deepEqual(await violations(phone.page), []);
  await phone.page.getByLabel('A key that another device shows').fill(key);
  await phone.page.getByRole('button', { name: 'Use this key' }).click();
  await phone.page.locator('.record').getByText('of 3,').first().waitFor();
  assert.deepEqual(await violations(phone.page), []);
  assert.deepEqual(phone.faults, []);
  await phone.context.close();

  await page.getByRole('button', { name: 'Forget the key' }).click();
  await page.getByRole('button', { name: 'Really forget the key' }).click();
  await page.getByText('Nothing judged yet').waitFor();
  assert.equal((await recordOf(key)).totals.judgments, 3, 'the server keeps the record');
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
  await state(page, 1, 'ArrowRight', 'ArrowRight');
  await page.getByText('After 2 reveals').waitFor();
  await page.reload();
  await page.getByText('After 2 reveals').waitFor();
  assert.equal(await revealed(page), 2);
  assert.match((await slider(page).getAttribute('aria-valuetext')) ?? '', /^not set yet, left at 60\s% for/);

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
  await other.page.getByText('After one reveal').waitFor();
  await one.page.getByText('This seat was taken in another window.').waitFor();
  assert.equal(await slider(one.page).count(), 0, 'where the seat is not, nothing can be stated');
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
  // Who does not search is not cut short, on the busiest machine either: only what is whole is compared.
  const setup = { image: 61, lie: 3, first: 'honest', honest: 'random', liar: 'random', pace_ms: 0 };
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
  assert.deepEqual(faults, []);
  await context.close();
});

/** A debate that stands at its first belief. @param {object} [more] */
const toJudge = (more = {}) => create(stand.url, { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo', pace_ms: 0, image: 61, lie: 3, first: 'honest', ...more });

const beliefsIn = (/** @type {string[]} */ said) => said.map((frame) => JSON.parse(frame)).filter(({ type }) => type === 'belief' || type === 'verdict');

test('nothing is stated before it is set', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge();
  const { page, said, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  await page.getByText('You have seen nothing yet').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Move or tap the handle first' }).isDisabled());
  assert.equal(await page.locator('.sides').getByText('– %').count(), 2, 'no share is claimed');
  for (let time = 0; time < 10; time += 1) await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(beliefsIn(said), []);
  // The handle parts the bar: left of it lies the first claim's part.
  assert.match(await page.locator('.side.first').innerText(), /55\s%/);
  assert.equal(await slider(page).inputValue(), '55');
  assert.equal(await slider(page).evaluate((input) => input.style.getPropertyValue('--part')), '55%');
  for (let time = 0; time < 10; time += 1) await page.keyboard.press('Enter');
  await page.getByText('After one reveal').waitFor();
  assert.deepEqual(beliefsIn(said).map(({ after, probability }) => [after, probability]), [[0, 0.55]]);
  await context.close();
});

test('a link opened anew goes on from what the server has', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge();
  const address = `${stand.url}/#/judge/${debate}/${tokens['judge']}`;
  const one = await openPage(stand.browser);
  await one.page.goto(address);
  await state(one.page, 0);
  await state(one.page, 1, 'ArrowRight', 'ArrowRight');
  await one.page.getByText('After 2 reveals').waitFor();
  const other = await openPage(stand.browser);
  await other.page.goto(address);
  await other.page.getByText('After 2 reveals').waitFor();
  assert.equal(await revealed(other.page), 2);
  assert.match((await slider(other.page).getAttribute('aria-valuetext')) ?? '', /left at 60\s% for/);
  for (let seen = 2; seen <= 6; seen += 1) await state(other.page, seen);
  await other.page.getByText('Whom do you believe?').waitFor();
  // The one truth of it is told in the end.
  await other.page.keyboard.press('Enter');
  await truth(other.page);
  const { judgments } = await (await fetch(`${stand.url}/api/debates/${debate}/transcript`)).json();
  const beliefs = judgments[0].events.filter((/** @type {any} */ { event }) => event.type === 'belief');
  assert.deepEqual(beliefs.map((/** @type {any} */ { event }) => Math.round(100 * event.probability)), [50, 60, 60, 60, 60, 60, 60]);
  // It was begun with the other browser’s key, and is on that record alone.
  await other.page.getByText('This judgment is not on your record').waitFor();
  await other.page.getByText('Nothing judged yet').waitFor();
  await one.page.goto(`${stand.url}/#/judge`);
  await one.page.locator('.record').getByText('of 1,').first().waitFor();
  for (const { context } of [one, other]) await context.close();
});

test('a verdict against one’s own belief says why', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge();
  const { page, said, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen, 'ArrowRight');
  await page.getByText('Whom do you believe?').waitFor();
  const boxes = await Promise.all([page.getByLabel('Why?').boundingBox(), page.locator('button.answer').first().boundingBox()]);
  assert.ok((boxes[0]?.y ?? 0) < (boxes[1]?.y ?? 0), '“Why?” stands before what ends the debate');
  await page.locator('button.answer').nth(1).click();
  await page.getByRole('alert').getByText(/You gave 15\s% to \d\. Say here why/).waitFor();
  assert.ok(await page.getByLabel('Why?').evaluate((field) => field === document.activeElement));
  assert.equal(beliefsIn(said).filter(({ type }) => type === 'verdict').length, 0);
  await page.getByLabel('Why?').fill('All of it may be a trick.');
  await page.locator('button.answer').nth(1).click();
  await truth(page);
  await page.goto(`${stand.url}/#/replay/${debate}`);
  await page.getByText('All of it may be a trick.').waitFor();
  await context.close();
});

test('a typed label and Enter give the verdict, and nothing of it is left in the next debate', { timeout: 2 * PATIENCE }, async () => {
  const { page, said, faults, context } = await openPage(stand.browser);
  const chosen = () => page.evaluate(() => document.activeElement?.closest('.answer')?.querySelector('.label')?.textContent ?? null);
  const verdicts = () => beliefsIn(said).filter(({ type }) => type === 'verdict');
  // Between all labels, by one link after the other.
  for (const round of [1, 2]) {
    const { debate, tokens } = await create(stand.url, { honest: 'greedy', liar: 'greedy', judge: 'outside:Jo', pace_ms: 0, image: 61, precommit: false, first: 'honest' });
    const address = `${stand.url}/#/judge/${debate}/${tokens['judge']}`;
    await page.goto(address);
    await page.getByText('All pixels are shown').waitFor();
    assert.equal(await chosen(), null, 'nothing is chosen before the judge has');
    assert.equal(await page.locator('.background').count(), 0);
    await page.getByRole('slider', { name: 'How sure' }).focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.getByRole('slider', { name: 'How sure' }).inputValue(), '11');
    await page.keyboard.press('3');
    await page.keyboard.press('7');
    assert.equal(await chosen(), '7');
    assert.equal(verdicts().length, round - 1, 'a label that is typed can still be another');
    await page.keyboard.press('Enter');
    await truth(page);
    assert.equal(page.url(), address, 'the truth is not passed over');
    assert.deepEqual(verdicts().map(({ debate, label, probability }) => [debate, label, probability]).at(-1), [debate, 7, 0.11]);
  }
  // Onwards, to a debate of the page's own, between two claims.
  await page.keyboard.press('Enter');
  await page.getByText('You have seen nothing yet').waitFor();
  assert.equal(await page.locator('.background, .answer, textarea').count(), 0);
  assert.equal(await page.locator('.sides').getByText('– %').count(), 2);
  assert.ok(await page.getByRole('button', { name: 'Move or tap the handle first' }).isDisabled());
  for (const key of ['7', 'Enter', 'Enter']) await page.keyboard.press(key);
  assert.equal(beliefsIn(said).length, 2, 'two verdicts, and nothing since');
  assert.deepEqual(faults, []);
  await context.close();
});

test('a label typed against one’s own belief is no reason for it', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge({ lie: 7 });
  const { page, said, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen, 'ArrowRight');
  await page.getByText('Whom do you believe?').waitFor();
  await page.keyboard.press('7');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText(/to 7\. Say here why/).waitFor();
  assert.equal(await page.getByLabel('Why?').inputValue(), '');
  assert.equal(beliefsIn(said).filter(({ type }) => type === 'verdict').length, 0);
  await page.keyboard.type('7 is what a trick would hide.');
  await page.locator('button.answer').nth(1).click();
  await truth(page);
  const { label, explanation } = JSON.parse(said.find((frame) => frame.includes('"verdict"')) ?? '');
  assert.deepEqual([label, explanation], [7, '7 is what a trick would hide.']);
  await context.close();
});

test('the verdict’s clock is seen, and a debate that is ended takes no belief', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge();
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  // The debaters have revealed all; the judge has yet to state the first belief.
  await page.getByText('You have seen nothing yet').waitFor();
  await page.getByRole('timer').getByText('Your belief is awaited').waitFor();
  assert.match(await page.getByRole('timer').locator('b').innerText(), /^\d+:\d\d$/);
  await page.reload();
  await page.getByRole('timer').getByText(/^\d+:\d\d$/).waitFor();
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen);
  await page.getByRole('timer').getByText('Your verdict is awaited').waitFor();
  assert.equal((await tell(stand, { type: 'cancel', debate, token: tokens['creator'] })).type, 'accepted');
  await page.getByRole('alert').getByText('Whoever set up this debate has ended it.').waitFor();
  await page.getByText('Nothing can be stated any more.').waitFor();
  assert.equal(await slider(page).count(), 0);
  await context.close();
});

test('what is judged here is nobody else’s to see before the verdict', { timeout: 2 * PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await begin(page, 'The whole debate');
  await state(page, 0);
  await page.getByText('After 6 reveals').waitFor();
  const debate = page.url().split('/').at(-2) ?? '';
  const other = await openPage(stand.browser);
  for (const view of ['watch', 'replay']) {
    await other.page.goto(`${stand.url}/#/${view}/${debate}`);
    await other.page.getByRole('alert').waitFor();
    assert.equal(await other.page.locator('.stage, .replay').count(), 0);
  }
  for (const more of ['', '/picture.png', '/transcript', '/analysis?revealed=0', '/judges']) {
    assert.ok(!(await fetch(`${stand.url}/api/debates/${debate}${more}`)).ok, more);
  }
  await other.page.goto(stand.url);
  await other.page.getByRole('region', { name: 'Going on now' }).getByRole('link').first().waitFor();
  assert.equal(await other.page.locator(`a[href*='${debate}']`).count(), 0);
  assert.ok(other.told.every((frame) => !frame.includes('"logits"') || !frame.includes(debate)));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByText('Whom do you believe?').waitFor();
  await page.keyboard.press('Enter');
  await truth(page);
  await other.page.goto(`${stand.url}/#/replay/${debate}`);
  await truth(other.page);
  for (const one of [context, other.context]) await one.close();
});

test('who goes on to another debate ends the one that was left', { timeout: PATIENCE }, async () => {
  const { page, said, context } = await openPage(stand.browser);
  await begin(page);
  await page.getByText('You have seen nothing yet').waitFor();
  const left = page.url().split('/').at(-2) ?? '';
  await page.goto(`${stand.url}/#/judge/next`);
  await page.waitForURL((url) => /#\/judge\/.+\/.+/.test(url.hash) && !url.hash.includes(left));
  await page.getByText('You have seen nothing yet').waitFor();
  const [cancel] = said.map((frame) => JSON.parse(frame)).filter(({ type }) => type === 'cancel');
  assert.equal(cancel.debate, left);
  assert.equal((await tell(stand, { type: 'cancel', debate: left, token: cancel.token })).type, 'error', 'it is gone');
  await context.close();
});

test('a private debate is replayed from the judge’s seat', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge({ visibility: 'private' });
  const { page, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen, 'ArrowRight');
  await page.getByText('Whom do you believe?').waitFor();
  await page.keyboard.press('Enter');
  await truth(page);
  await page.getByRole('link', { name: 'Replay' }).click();
  await page.getByRole('slider', { name: 'Position' }).waitFor();
  await truth(page);
  await context.close();
});

test('what a browser remembers of before the server kept records is shown until it is forgotten', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  await page.evaluate(() => localStorage.setItem('pixel-debate.judgements', JSON.stringify([{ right: true }, { right: false }, { right: true }])));
  await page.goto(`${stand.url}/#/judge`);
  await page.getByText('3 debates judged, 2 rightly').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Forget them' }).click();
  await page.getByText('3 debates judged').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText('Nothing judged yet').waitFor();
  assert.equal(await page.getByText('3 debates judged').count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test('on a phone the board, the question, the slider and the button are on one screen', { timeout: PATIENCE }, async () => {
  const viewport = { width: 360, height: 640 };
  const { debate, tokens } = await toJudge();
  const { page, context } = await openPage(stand.browser, { viewport, hasTouch: true, isMobile: true });
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  const fits = async (/** @type {import('playwright-core').Locator[]} */ parts) => {
    for (const part of parts) {
      const box = await part.boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height <= viewport.height && box.x >= 0 && box.x + box.width <= viewport.width, `${part}: ${JSON.stringify(box)}`);
    }
  };
  for (let seen = 0; seen <= 6; seen += 1) {
    await page.getByText(seen === 0 ? 'You have seen nothing yet' : `After ${seen === 1 ? 'one reveal' : `${seen} reveals`}`).waitFor();
    await page.locator('.statement').waitFor();
    const board = page.locator('.evidence svg');
    await fits([page.getByRole('heading', { level: 1 }), board, page.locator('.task'), slider(page), page.locator('.statement button')]);
    assert.ok(((await board.boundingBox())?.width ?? 0) >= 200, 'the board is no stamp');
    assert.equal(await page.evaluate(() => scrollY), 0);
    // A touch of the slider sets it.
    await slider(page).tap();
    await page.getByRole('button', { name: 'State this' }).tap();
  }
  await page.getByText('Whom do you believe?').waitFor();
  await fits([page.locator('.evidence svg'), page.locator('.task'), page.getByLabel('Why?'), page.locator('button.answer').first(), page.locator('button.answer').nth(1)]);
  await context.close();
});

test('on a desk the digit is in view with the verdict', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await toJudge();
  const viewport = { width: 1280, height: 720 };
  const { page, context } = await openPage(stand.browser, { viewport });
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (let seen = 0; seen <= 6; seen += 1) await state(page, seen, 'ArrowRight');
  await page.getByText('Whom do you believe?').waitFor();
  await page.keyboard.press('Enter');
  await truth(page);
  for (const part of [page.locator('.image svg'), page.locator('.evidence svg'), page.getByRole('link', { name: 'Next debate' })]) {
    const box = await part.boundingBox();
    assert.ok(box && box.y >= 0 && box.y + box.height <= viewport.height, `${part}: ${JSON.stringify(box)}`);
  }
  // The calibration of a single judgement has its diagonal and its interval.
  const table = page.getByRole('table', { name: /^Calibration/ });
  await table.waitFor();
  const rows = await table.getByRole('row').allInnerTexts();
  assert.equal(rows.length, 4, 'a head, both ends of the diagonal, and the bin between them');
  assert.match(rows[2] ?? '', /^85\s%\s+85\s%\s+(0|100)\s% \(\d+\s% to \d+\s%\)$/);
  await context.close();
});
