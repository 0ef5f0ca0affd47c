// The pictures in docs/screenshots, all of them: `npm run screenshots`. Images, claims, agents and who begins are fixed, and
// so is what is done; what agents draw by chance, in the standings alone, is not.

import { fileURLToPath } from 'node:url';

import { create, judgeByProgram, openPage, played, reveals, startBrowser, startServer, truth } from './stand.js';
import { act, after, button, join, openStudy, RESEARCHER, shows, told } from './study-stand.js';
import { keepRecord } from './views.js';

/** @typedef {import('playwright-core').Page} Page */

const folder = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const picture = (/** @type {string} */ name) => ({ path: `${folder}/${name}.png` });

const server = await startServer();
const stand = { url: server.url, browser: await startBrowser() };

const desk = { viewport: { width: 1280, height: 720 }, colorScheme: /** @type {const} */ ('light') };
const phone = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2, colorScheme: /** @type {const} */ ('dark'), hasTouch: true, isMobile: true };

/** So many milliseconds are enough for any search on any machine: what is cut short is played otherwise, and not counted. */
const PACE = 2000;

/** An 8 that may pass as a 3. */
const eight = { image: 61, lie: 3, first: 'honest', honest: 'greedy', liar: 'greedy', pace_ms: PACE };

/** @param {import('playwright-core').BrowserContextOptions} options @param {(page: Page) => Promise<unknown>} visit */
async function open(options, visit) {
  const { page, context } = await openPage(stand.browser, options);
  await keepRecord(stand, context);
  await visit(page);
  await context.close();
}

await open(desk, async (page) => {
  await page.goto(stand.url);
  await page.getByText('The judge says 4').waitFor();
  await page.getByRole('status').getByText('Connected').first().waitFor();
  await page.screenshot(picture('home'));
});

// What others made of the same question is told after the verdict.
await played(stand.url, eight);
await judgeByProgram(stand, await create(stand.url, { ...eight, judge: 'outside:Ada' }), 0.75);
await open(desk, async (page) => {
  const { debate, tokens } = await create(stand.url, { ...eight, judge: 'outside:Jo' });
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  for (const stated of ['You have seen nothing yet', 'After one reveal', 'After 2 reveals', 'After 3 reveals', 'After 4 reveals', 'After 5 reveals', 'After 6 reveals']) {
    await page.getByText(stated).waitFor();
    await page.keyboard.press(stated === 'You have seen nothing yet' ? 'Space' : 'ArrowRight');
    if (stated === 'After 4 reveals') await page.screenshot(picture('judge'));
    await page.keyboard.press('Enter');
  }
  await page.getByText('Whom do you believe?').waitFor();
  await page.locator('button.answer.favoured').click();
  await truth(page);
  await page.getByRole('region', { name: 'Other judges' }).getByText('Ada').waitFor();
  await page.locator('.record').getByText(/mean log score/).first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot(picture('truth'));
});

await open(phone, async (page) => {
  const { debate } = await create(stand.url, { ...eight, pace_ms: 4000 });
  await page.goto(`${stand.url}/#/watch/${debate}`);
  await reveals(page, 4);
  await page.getByText('First debater is thinking').first().waitFor();
  await page.screenshot(picture('phone'));
});

const { debate } = await played(stand.url, eight);
await open(desk, async (page) => {
  await page.goto(`${stand.url}/#/replay/${debate}/3`);
  await page.getByText('Reveal 3 of 6').first().waitFor();
  await page.getByRole('img', { name: /^Belief in/ }).waitFor();
  await page.screenshot({ ...picture('replay'), fullPage: true });
  await page.getByRole('button', { name: 'Analyse this position' }).click();
  await page.locator('.map').waitFor();
  await page.getByText('Best for the liar').or(page.getByText('Nothing that the liar')).first().waitFor();
  // With the room that the page has around it, and without the line above.
  const clip = await page.locator('section.analysis').evaluate((section) => {
    const { left, top, width, height } = section.getBoundingClientRect();
    return { x: left - 40, y: top + scrollY + 1, width: width + 80, height: height + 20 };
  });
  await page.screenshot({ ...picture('analysis'), fullPage: true, clip });
});

/** Does so much at once at the most. @param {(() => Promise<unknown>)[]} works */
async function all(works) {
  while (works.length > 0) await Promise.all(works.splice(0, 10).map((work) => work()));
}

const images = [3, 8, 17, 33, 61];
const pairs = [['greedy', 'random'], ['random', 'greedy'], ['greedy', 'mcts:100'], ['mcts:100', 'greedy'], ['greedy', 'greedy']];
await all(
  images.flatMap((image) =>
    pairs.flatMap(([honest, liar], index) => [4, 6].map((pixels) => () => played(stand.url, { image, pixels, honest, liar, first: index % 2 === 0 ? 'honest' : 'liar', pace_ms: PACE }))),
  ),
);
for (const [judge, sure] of /** @type {const} */ ([['Ada', 0.75], ['Emmy', 0.9], ['Kurt', 0.6]])) {
  const judged = images.map((image, index) => ({ ...eight, lie: null, image, first: index % 3 === 0 ? 'liar' : 'honest', judge: `outside:${judge}` }));
  await all(judged.map((setup) => async () => judgeByProgram(stand, await create(stand.url, setup), sure)));
}
await open(desk, async (page) => {
  await page.goto(`${stand.url}/#/standings`);
  await page.getByRole('region', { name: 'Judges' }).getByRole('rowheader', { name: 'Kurt' }).waitFor();
  await page.screenshot({ ...picture('standings'), fullPage: true });
});

const study = await openStudy();
for (const left of [null, null, null, 4, 4]) {
  await open(desk, async (page) => {
    await join(page, study.link());
    for (let sheet = await told(page); sheet.screen.type !== 'stopped' && sheet.progress.done + (sheet.screen.shown?.length ?? 0) !== left; sheet = await after(page, sheet.step)) await act(page, sheet);
  });
}
for (const [options, name] of /** @type {const} */ ([[desk, 'study'], [phone, 'study-phone']])) {
  await open(options, async (page) => {
    await join(page, study.link());
    let sheet = await told(page);
    for (; (sheet.screen.shown?.length ?? 0) < 3; sheet = await after(page, sheet.step)) await act(page, sheet);
    await shows(page, sheet);
    await page.getByRole('slider').focus();
    for (let moves = 0; moves < 5; moves += 1) await page.keyboard.press('ArrowRight');
    await page.screenshot(picture(name));
  });
}
await open(desk, async (page) => {
  await page.goto(`${study.url}/researcher#${RESEARCHER}`);
  await page.getByRole('rowheader', { name: 'p0007' }).waitFor();
  await button(page, 'Look at the accuracy…').waitFor();
  await page.screenshot({ ...picture('researcher'), fullPage: true });
});

await study.stop();
await stand.browser.close();
await server.stop();
