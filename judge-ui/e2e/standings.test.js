// How agents and judges have done.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { create, judgeByProgram, openPage, openStand, PATIENCE, played } from './stand.js';

const stand = openStand();

test('agents and judges are listed with their intervals', { timeout: PATIENCE }, async () => {
  const { page, faults, context } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/standings`);
  await page.getByText('No public debate has ended here yet.').waitFor();

  for (const image of [17, 61]) await played(stand.url, { honest: 'greedy', liar: 'random', pixels: 4, image });
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
  assert.match(await cells.nth(1).innerText(), /^\d+ %\s+\d+–\d+ %/);
  assert.match(await cells.nth(2).innerText(), /^–/);

  const judges = page.getByRole('region', { name: 'Judges' });
  await judges.getByRole('rowheader', { name: 'Classifier for 4 pixels' }).waitFor();
  // The honest debater sat first, whom Ada believed with 75 %: one of one, from 21 to 100 %.
  const ada = judges.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Ada' }) }).getByRole('cell');
  assert.match(await ada.nth(1).innerText(), /^100 %\s+21–100 %, 1 of 1$/);
  assert.match(await ada.nth(2).innerText(), /^\+0\.58/);
  assert.equal(await page.getByRole('rowheader', { name: 'Eve' }).count(), 0, 'what is private is not counted');
  assert.deepEqual(faults, []);
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
