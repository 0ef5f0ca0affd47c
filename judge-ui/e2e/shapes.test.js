// What is told apart by colour is told apart by shape as well.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openPage, openStand, PATIENCE } from './stand.js';

const stand = openStand();

test('where colours fail, shapes tell the debaters apart', { timeout: PATIENCE }, async () => {
  const { page, context } = await openPage(stand.browser);
  await page.goto(stand.url);
  await page.locator('.example g.number').first().waitFor();
  const corners = await page.locator('.example figure').first().locator('g.number rect').evaluateAll((all) => all.map((rect) => Number(rect.getAttribute('rx'))));
  assert.deepEqual(corners, [0.8, 0.22, 0.8, 0.22, 0.8, 0.22], 'discs for the first debater, squares for the second');
  await context.close();
});
