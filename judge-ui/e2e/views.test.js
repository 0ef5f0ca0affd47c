// Every view as people see it: on a desk and on a phone, in light and dark; what axe finds is a fault.
// The pictures lie in judge-ui/screenshots, to be looked at.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { create, judgeByProgram, openPage, openStand, PATIENCE, played, reveals, truth, violations } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */

const folder = fileURLToPath(new URL('../screenshots', import.meta.url));

const stand = openStand();

mkdirSync(folder, { recursive: true });

const sizes = [
  { name: 'desk-light', viewport: { width: 1280, height: 860 }, colorScheme: /** @type {const} */ ('light') },
  { name: 'phone-dark', viewport: { width: 360, height: 640 }, colorScheme: /** @type {const} */ ('dark'), hasTouch: true, isMobile: true },
  { name: 'desk-dark', viewport: { width: 1280, height: 860 }, colorScheme: /** @type {const} */ ('dark') },
  { name: 'phone-light', viewport: { width: 360, height: 640 }, colorScheme: /** @type {const} */ ('light'), hasTouch: true, isMobile: true },
];

/** A judge’s record of some length. */
const judgements = Array.from({ length: 40 }, (_, index) => {
  const sure = 0.5 + ((index * 7) % 50) / 100;
  const right = (index * 11) % 10 < 4 + 5 * sure;
  return {
    debate: `kept-${index}`, at: index, ms: 20_000 + 1000 * (index % 9), pixels: 6, among: 2, mode: 'moves', beliefs: [0.5, sure],
    right, given: right ? sure : 1 - sure, classifier: { right: index % 9 !== 0, given: index % 9 ? 0.8 : 0.3 },
    others: index % 4 ? null : { right: 1 + (index % 3), of: 3, scored: 2, scores: 0.4 },
  };
});

/** @type {Record<string, (page: Page, where: { over: string, open: string }) => Promise<unknown>>} */
const views = {
  home: async (page) => {
    await page.goto(stand.url);
    await page.getByRole('region', { name: 'Recent results' }).getByText(/wins\./).first().waitFor();
    await page.getByRole('region', { name: 'Going on now' }).getByText(/Reveal [1-6]|decides|wins/).first().waitFor();
  },
  watch: async (page) => {
    const { debate } = await create(stand.url, { pace_ms: 400, honest: 'outside', liar: 'greedy', first: 'liar' });
    await page.goto(`${stand.url}/#/watch/${debate}`);
    await page.getByText('Waiting for players').waitFor();
  },
  'watch-live': async (page) => {
    const { debate } = await create(stand.url, { pace_ms: 1500, honest: 'greedy', liar: 'greedy' });
    await page.goto(`${stand.url}/#/watch/${debate}`);
    await reveals(page, 3);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  'watch-private': async (page) => {
    const { debate, tokens } = await create(stand.url, { pace_ms: 0, honest: 'greedy', liar: 'greedy', visibility: 'private', judge: 'outside:Jo' });
    await judgeByProgram(stand, { debate, tokens }, 0.8);
    await page.goto(`${stand.url}/#/watch/${debate}/${tokens['spectator']}`);
    await page.getByLabel('Link for spectators').waitFor();
    await truth(page);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  'watch-over': async (page, { over }) => {
    await page.goto(`${stand.url}/#/watch/${over}`);
    await truth(page);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  'watch-unknown': async (page) => {
    await page.goto(`${stand.url}/#/watch/nowhere`);
    await page.getByRole('alert').waitFor();
  },
  'watch-all-labels': async (page, { open }) => {
    await page.goto(`${stand.url}/#/watch/${open}`);
    await truth(page);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  judge: async (page) => {
    await page.goto(`${stand.url}/#/judge`);
    await page.getByRole('img', { name: /^Calibration/ }).waitFor();
  },
  'judge-belief': async (page) => {
    const { debate, tokens } = await create(stand.url, { pace_ms: 0, honest: 'greedy', liar: 'greedy', judge: 'outside' });
    await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
    for (const stated of ['You have seen nothing yet', 'After one reveal', 'After 2 reveals']) {
      await page.getByText(stated).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
    }
    await page.getByText('After 3 reveals').waitFor();
  },
  'judge-belief-set': async (page) => {
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'State this' }).waitFor();
  },
  'judge-verdict': async (page) => {
    for (const after of [3, 4, 5, 6]) {
      await page.getByText(`After ${after} reveals`).waitFor();
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
    }
    await page.getByText('Whom do you believe?').waitFor();
  },
  'judge-truth': async (page) => {
    await page.locator('button.answer.favoured').click();
    await truth(page);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
    await page.getByRole('img', { name: /^Calibration/ }).waitFor();
  },
  debate: async (page) => {
    await page.goto(`${stand.url}/#/debate`);
    await page.locator('form').waitFor();
  },
  'debate-waiting': async (page) => {
    for (const person of await page.getByRole('radio', { name: 'A person, by a link' }).all()) await person.check();
    await page.getByRole('button', { name: 'Take the seat' }).click();
    await page.getByLabel('Link for the judge').waitFor();
  },
  'debate-turn': async (page) => {
    const { debate, tokens } = await create(stand.url, { pace_ms: 0, honest: 'outside', liar: 'greedy', first: 'liar', image: 4, lie: 9 });
    await page.goto(`${stand.url}/#/debate/${debate}/${tokens['honest']}`);
    await page.getByRole('timer').getByText('Your turn').waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('only a nonzero pixel').waitFor();
  },
  replay: async (page, { over }) => {
    await page.goto(`${stand.url}/#/replay/${over}`);
    await truth(page);
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  'replay-middle': async (page, { over }) => {
    await page.goto(`${stand.url}/#/replay/${over}/3`);
    await page.getByText('Reveal 3 of 6').first().waitFor();
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  'replay-analysis': async (page, { over }) => {
    await page.goto(`${stand.url}/#/replay/${over}/3`);
    await page.getByRole('button', { name: 'Analyse this position' }).click();
    await page.locator('.map').waitFor();
    await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  },
  standings: async (page) => {
    await page.goto(`${stand.url}/#/standings`);
    await page.getByRole('region', { name: 'Judges' }).waitFor();
  },
  setup: async (page) => {
    await page.goto(`${stand.url}/#/new`);
    await page.locator('form').waitFor();
  },
};

for (const { name: size, ...options } of sizes) {
  test(`every view is whole and without a fault: ${size}`, { timeout: 3 * PATIENCE }, async () => {
    const { debate: over } = await played(stand.url, { image: 61, lie: 3, honest: 'mcts:300', liar: 'mcts:300', first: 'honest' });
    await played(stand.url, { image: 61, lie: 3, honest: 'greedy', liar: 'random', first: 'liar' });
    const { debate: open } = await played(stand.url, { precommit: false });
    const { page, faults, context } = await openPage(stand.browser, options);
    await context.addInitScript((kept) => {
      if (!localStorage.getItem('pixel-debate.judgements')) localStorage.setItem('pixel-debate.judgements', kept);
    }, JSON.stringify(judgements));
    /** @type {string[]} */
    const found = [];
    for (const [view, visit] of Object.entries(views)) {
      await visit(page, { over, open });
      await page.screenshot({ path: `${folder}/${view}-${size}.png`, fullPage: true });
      found.push(...(await violations(page)).map((fault) => `${view}: ${fault}`));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > options.viewport.width) found.push(`${view} is ${width} pixels wide`);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(faults, []);
    await context.close();
  });
}
