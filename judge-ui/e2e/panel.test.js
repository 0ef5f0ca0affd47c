// Several people judge one debate: set up in the page, each by a link, and replayed with all that they said.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, judgeByProgram, openPage, openStand, PATIENCE, violations } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */

const stand = openStand();

/** States a belief, that of before moved to the left or right by so much. @param {Page} page @param {string} seen @param {string} key */
async function state(page, seen, key) {
  await page.getByText(seen).waitFor();
  await page.keyboard.press(key);
  await page.keyboard.press('Enter');
}

test('three people judge together, each by a link', { timeout: 3 * PATIENCE }, async () => {
  const first = await openPage(stand.browser);
  const { page } = first;
  await page.goto(`${stand.url}/#/new`);
  await page.getByRole('radio', { name: 'Several people' }).check();
  await page.getByRole('radio', { name: 'The mean of how sure they are' }).check();
  await page.getByRole('radio', { name: '4', exact: true }).check();
  for (const agent of ['Honest debater', 'Liar']) await page.getByLabel(agent, { exact: true }).selectOption('greedy');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Start the debate' }).click();
  await page.getByText('The debate begins when all judges have come').waitFor();
  // Nothing is asked for that would not be taken.
  const asked = (/** @type {Page} */ page) => page.getByText('You have seen nothing yet').count();
  const waits = (/** @type {Page} */ page) => page.getByText('as soon as all have come').waitFor();
  await waits(page);
  assert.equal(await asked(page), 0);
  const links = await Promise.all([2, 3].map((judge) => page.getByLabel(`Link for judge ${judge}`).first().inputValue()));
  assert.deepEqual(await violations(page), []);
  /** @type {Awaited<ReturnType<typeof openPage>>[]} */
  const others = [];
  for (const link of links) {
    for (const { page } of [first, ...others]) {
      await waits(page);
      assert.equal(await asked(page), 0);
    }
    const other = await openPage(stand.browser, { viewport: { width: 390, height: 844 }, hasTouch: true });
    await other.page.goto(link);
    others.push(other);
  }
  const all = [first, ...others];
  for (const { page } of all) {
    await state(page, 'You have seen nothing yet', 'ArrowRight');
    for (const seen of ['After one reveal', ...[2, 3, 4].map((reveals) => `After ${reveals} reveals`)]) await state(page, seen, 'ArrowRight');
    await page.getByText('Whom do you believe?').waitFor();
  }
  for (const { page } of all.slice(0, 2)) {
    const heard = all.map(({ told }) => told.filter((frame) => !frame.includes('"accepted"')).length);
    await page.locator('button.answer.favoured').click();
    await page.getByText('You have answered.').waitFor();
    // Only who has answered hears of it.
    assert.deepEqual(all.map(({ told }) => told.filter((frame) => !frame.includes('"accepted"')).length), heard);
  }
  // Who comes back has answered still.
  await page.reload();
  await page.getByText('You have answered.').waitFor();
  assert.deepEqual(await violations(page), []);
  await all[2]?.page.locator('button.answer.favoured').click();
  for (const { page } of all) await page.getByText('What the debaters saw').waitFor();
  await page.getByRole('link', { name: 'Replay' }).click();
  await page.getByRole('heading', { name: '3 judges' }).waitFor();
  const rows = page.locator('.judges tbody tr');
  assert.equal(await rows.count(), 3);
  for (const row of await rows.allInnerTexts()) assert.match(row, /^\d\s+\d, \d+\s% *: (right|wrong)\s/);
  assert.equal(await rows.first().locator('td').count(), 6);
  assert.deepEqual(await violations(page), []);
  for (const { faults, context } of all) {
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('a debater is told how many judges have answered, and who watches is not', { timeout: 2 * PATIENCE }, async () => {
  // The liar has nothing to reveal: all pixels are the honest debater's.
  const { debate, tokens } = await create(stand.url, {
    honest: 'greedy', liar: 'outside:Lou', first: 'honest', order: 'alone', judge: 'outside:Jo', panel: { judges: 2, decides: 'majority' }, image: 61, lie: 3, pace_ms: 0,
  });
  const [first, second] = /** @type {any} */ (tokens)['panel'];
  const debater = await openPage(stand.browser);
  await debater.page.goto(`${stand.url}/#/debate/${debate}/${tokens['liar']}`);
  const spectator = await openPage(stand.browser);
  await spectator.page.goto(`${stand.url}/#/watch/${debate}`);
  const judge = await openPage(stand.browser);
  await judge.page.goto(`${stand.url}/#/judge/${debate}/${first}`);
  const program = judgeByProgram(stand, { debate, tokens: { judge: second } }, 0.8);
  await debater.page.getByText('1 of 2 judges has answered.').waitFor();
  assert.deepEqual(await violations(debater.page), []);
  for (let seen = 0; seen <= 6; seen += 1) {
    await state(judge.page, seen === 0 ? 'You have seen nothing yet' : `After ${seen === 1 ? 'one reveal' : `${seen} reveals`}`, 'ArrowRight');
  }
  await judge.page.getByText('Whom do you believe?').waitFor();
  const heard = (/** @type {{ told: string[] }} */ { told }) => told.filter((frame) => JSON.parse(frame).type === 'judgments');
  assert.equal(await spectator.page.getByText('judges has answered').count(), 0);
  assert.deepEqual([heard(judge), heard(spectator)], [[], []]);
  await judge.page.locator('button.answer.favoured').click();
  await program;
  for (const { page } of [debater, spectator, judge]) await page.getByText('What the debaters saw').or(page.getByText('What you and your opponent saw')).waitFor();
  assert.equal(await debater.page.getByText('judges have answered').count(), 0, 'then the verdict is told');
  await judge.page.locator('.record').getByText('of 1,').first().waitFor();
  for (const { faults, context } of [debater, spectator, judge]) {
    assert.deepEqual(faults, []);
    await context.close();
  }
});
