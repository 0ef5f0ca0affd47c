// The way to every view, for what looks at all of them.

import { create, judgeByProgram, reveals, truth } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */

/**
 * Goes to each view, in this order: some go on from the one before.
 *
 * @param {{ url: string, browser: import('playwright-core').Browser }} stand
 * @returns {Record<string, (page: Page, where: { over: string, open: string }) => Promise<unknown>>}
 */
export const views = (stand) => ({
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
  'judge-record': async (page) => {
    await page.getByText('Each judgment', { exact: true }).click();
    await page.getByRole('button', { name: 'Show the key' }).click();
    await page.getByRole('button', { name: 'Use another key' }).click();
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
});

/** A debate that is over, for the views of one. */
export const over = { image: 61, lie: 3, honest: 'mcts:300', liar: 'mcts:300', first: 'honest' };

/** The key to a record of some length, which every browser here has. */
const KEY = 'a-key-to-a-record-of-some-length_0123456789';

/**
 * Has a record of some length at the server, and its key in each browser of the stand.
 *
 * @param {{ url: string, browser: import('playwright-core').Browser }} stand
 * @param {import('playwright-core').BrowserContext} context
 */
export async function keepRecord(stand, context) {
  await context.addInitScript((key) => localStorage.setItem('pixel-debate.judge-key', JSON.stringify(key)), KEY);
  const told = await fetch(`${stand.url}/api/judge?limit=1`, { headers: { Authorization: `Bearer ${KEY}` } });
  if ((await told.json()).judgments.length > 0) return;
  for (const [place, probability] of [0.55, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.65, 0.75, 0.9].entries()) {
    const first = place % 4 === 1 ? 'liar' : 'honest';
    const created = await create(stand.url, { image: 4, lie: 9, first, honest: 'random', liar: 'random', judge: 'outside:Jo', pace_ms: 0, visibility: 'unlisted' });
    await judgeByProgram(stand, created, probability, KEY);
  }
}

/**
 * A picture of the whole page as it is seen by who scrolls: screen by screen, put together. The page's size stays, and so do
 * the rules for a screen without a mouse, which Chromium drops while it takes a larger picture than the screen.
 *
 * @param {Page} page
 * @returns {Promise<Buffer>} A PNG.
 */
export async function scrolled(page) {
  const before = await page.evaluate(() => scrollY);
  const { height, screen } = await page.evaluate(() => ({ height: document.documentElement.scrollHeight, screen: innerHeight }));
  /** @type {{ at: number, png: string }[]} */
  const parts = [];
  for (let top = 0; top < height; top += screen) {
    const at = await page.evaluate((top) => (scrollTo(0, top), scrollY), top);
    parts.push({ at, png: (await page.screenshot()).toString('base64') });
  }
  await page.evaluate((before) => scrollTo(0, before), before);
  const table = await page.context().newPage();
  const whole = await table.evaluate(
    async ({ parts, height, screen }) => {
      const canvas = document.createElement('canvas');
      for (const { at, png } of parts) {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const scale = image.height / screen;
        if (canvas.width !== image.width) [canvas.width, canvas.height] = [image.width, height * scale];
        canvas.getContext('2d')?.drawImage(image, 0, at * scale);
      }
      return canvas.toDataURL('image/png').split(',')[1] ?? '';
    },
    { parts, height, screen },
  );
  await table.close();
  return Buffer.from(whole, 'base64');
}
