// How agents and judges have done.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, judgeByProgram, openPage, openStand, PATIENCE, played } from './stand.js';

const stand = openStand();

test('agents and judges are listed with their intervals', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/standings`);
  await page.getByText('No public debate has ended here yet.').waitFor();

  // With time enough to search on the busiest machine: what is cut short is not counted.
  await Promise.all([17, 61].map((image) => played(stand.url, { honest: 'greedy', liar: 'random', pixels: 4, image, pace_ms: 4000 })));
  const setup = { image: 61, lie: 3, first: 'honest', honest: 'random', liar: 'random', pace_ms: 0 };
  await judgeByProgram(stand, await create(stand.url, { ...setup, judge: 'outside:Ada' }), 0.75);
  await judgeByProgram(stand, await create(stand.url, { ...setup, judge: 'outside:Eve', visibility: 'private' }), 0.75);

  await page.getByRole('link', { name: 'Judge', exact: true }).click();
  await page.getByRole('link', { name: 'Standings' }).click();
  await page.getByText('the 3 public debates').waitFor();
  const standings = await (await fetch(`${stand.url}/api/standings`)).json();
  const greedy = standings.debaters.find((/** @type {any} */ { player }) => player === 'greedy');
  assert.equal(greedy.honest.of, 2);
  const debaters = page.getByRole('region', { name: 'Debaters' });
  const cells = debaters.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'greedy' }) }).getByRole('cell');
  assert.equal(await cells.first().innerText(), '2');
  assert.match(await cells.nth(1).innerText(), new RegExp(`${greedy.honest.won} of 2$`));
  assert.match(await cells.nth(1).innerText(), /^\d+\s%\s+\d+–\d+\s%/);
  assert.match(await cells.nth(2).innerText(), /^–/);

  const judges = page.getByRole('region', { name: 'Judges' });
  await judges.getByRole('rowheader', { name: 'Classifier for 4 pixels' }).waitFor();
  // The honest debater sat first, whom Ada believed with 75 %: one of one, from 21 to 100 %.
  const ada = judges.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Ada' }) }).getByRole('cell');
  assert.match(await ada.nth(1).innerText(), /^100\s%\s+21–100\s%, 1 of 1$/);
  assert.match(await ada.nth(2).innerText(), /^\+0\.58/);
  assert.equal(await page.getByRole('rowheader', { name: 'Eve' }).count(), 0, 'what is private is not counted');
  assert.deepEqual(faults, []);
  await context.close();
});

test('one debate is counted as one, and it is told how many are left out and why', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  const answer = async (/** @type {object} */ standings) => {
    await page.route(/\/api\/standings/, (route) => route.fulfill({ json: { damaged: 0, debaters: [], judges: [], ...standings } }), { times: 1 });
    await page.goto(`${stand.url}/#/judge`);
    await page.getByRole('link', { name: 'Standings' }).click();
  };
  await answer({ debates: 1, cut_short: 0 });
  await page.getByText('in the 1 public debate that ended').waitFor();
  assert.equal(await page.getByText('left out').count(), 0);
  await answer({ debates: 2, cut_short: 1 });
  await page.getByText('1 more debate is left out: the server was so busy that a program’s search was stopped').waitFor();
  await answer({ debates: 0, cut_short: 1200 });
  await page.getByText('No public debate that counts has ended here yet.').waitFor();
  await page.getByText('1,200 more debates are left out').waitFor();
  await context.close();
});

test('a server that does not answer is asked again', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.route(/\/standings/, (route) => route.abort(), { times: 1 });
  await page.goto(`${stand.url}/#/standings`);
  await page.getByRole('alert').getByText('The server did not answer.').waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText(/public debate/).first().waitFor();
  await context.close();
});
