// Other data than the program's own: 47 classes with long names, and a judge of them.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { writeData, writeJudge } from './hosted.js';
import { create, openDebater, openPage, PATIENCE, played, startBrowser, startServer, temporaryFolder, truth, violations } from './stand.js';

const CLOTHES = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const NAMES = [...CLOTHES, ...Array.from({ length: 37 }, (_, number) => `Number ${number} of the garments`)];

const folder = temporaryFolder();
const data = join(folder, 'clothes');
const judge = join(folder, 'clothes-6.safetensors');
const store = join(folder, 'debates.db');
const hosting = ['--data', data, '--judge', judge];

/** @type {{ url: string, browser: import('playwright-core').Browser }} */
const stand = { url: '', browser: /** @type {any} */ (null) };
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;

before(async () => {
  writeData(data, NAMES);
  writeJudge(judge, NAMES.length, { pixels: '6', classes: NAMES.join('\n') });
  server = await startServer({ store, hosting });
  stand.url = server.url;
  stand.browser = await startBrowser();
});

after(async () => {
  await stand.browser.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** By how much the page is wider than the screen. @param {import('playwright-core').Page} page */
const beyond = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Programs whose debate a person judges. */
const programs = { honest: 'greedy', liar: 'greedy', judge: 'outside', pace_ms: 0, image: 9 };

test('a person debates and another judges, between two long names', { timeout: PATIENCE }, async () => {
  const { debate, tokens } = await create(stand.url, { ...programs, lie: 46, honest: 'outside', first: 'honest', clock: { move_ms: 3_600_000, bank_ms: 0 } });
  const { page, faults } = await openPage(stand.browser, PHONE);
  await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
  const debater = await openPage(stand.browser);
  await debater.page.goto(`${stand.url}/#/debate/${debate}/${tokens['honest']}`);
  await debater.page.getByText('Make the judge believe Ankle boot. It is the truth.').waitFor();
  await debater.page.getByRole('application').waitFor();
  await debater.context.close();
  const program = await openDebater(stand, { debate, tokens }, 'honest');
  await page.getByRole('heading', { name: 'Ankle boot or Number 36 of the garments?' }).waitFor();
  for (const after of [0, 1, 2, 3, 4, 5, 6]) {
    if (after % 2 === 0 && after < 6) await program.reveal();
    await page.getByText(after === 0 ? 'You have seen nothing yet' : after === 1 ? 'After one reveal' : `After ${after} reveals`).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^\d+\s%$/).first().waitFor();
    assert.deepEqual([await beyond(page), ...(await violations(page))], [0]);
    await page.keyboard.press('Enter');
  }
  await page.getByText('Whom do you believe?').waitFor();
  assert.equal(await beyond(page), 0);
  for (const key of 'ankle') await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await truth(page);
  await page.getByRole('heading', { name: 'It was Ankle boot.' }).waitFor();
  assert.equal(await beyond(page), 0);
  await program.close();
  assert.deepEqual(faults, []);
});

test('among 47 labels one is found by typing its name, or a part of it', { timeout: PATIENCE }, async () => {
  for (const options of [{}, PHONE]) {
    const { debate, tokens } = await create(stand.url, { ...programs, precommit: false });
    const { page, context, faults } = await openPage(stand.browser, options);
    await page.goto(`${stand.url}/#/judge/${debate}/${tokens['judge']}`);
    await page.getByText('All pixels are shown. Which one is it?').waitFor();
    const answers = page.locator('button.answer');
    assert.equal(await answers.count(), 47);
    assert.deepEqual([await beyond(page), ...(await violations(page))], [0]);
    // By the letters of its name, the blank among them, which gives nothing.
    for (const key of 'Number 3') await page.keyboard.press(key === ' ' ? 'Space' : key);
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    assert.equal(await focused(), 'Number 3 of the garments');
    await page.getByRole('searchbox').fill('boot');
    assert.deepEqual(await answers.allInnerTexts(), ['Ankle boot']);
    await page.getByText('1 of 47').waitFor();
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'Ankle boot');
    await page.keyboard.press('Enter');
    await truth(page);
    await page.locator('header').getByText('You were right: the honest debater wins.').waitFor();
    assert.equal(await beyond(page), 0);
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test('of 47 logits those that matter are shown', { timeout: PATIENCE }, async () => {
  const { debate } = await played(stand.url, { image: 9, precommit: false });
  const { page, faults } = await openPage(stand.browser, PHONE);
  await page.goto(`${stand.url}/#/replay/${debate}`);
  await page.getByText(/^(37|38|39) other labels are less likely to the classifier\.$/).waitFor();
  await page.locator('.opinion').getByText('Ankle boot', { exact: true }).waitFor();
  assert.equal(await beyond(page), 0);
  // Any label may be the lie of a new debate.
  await page.goto(`${stand.url}/#/new`);
  await page.getByLabel('The lie').selectOption({ label: 'Number 36 of the garments' });
  assert.equal(await page.getByLabel('The lie').locator('option').count(), 48);
  assert.equal(await beyond(page), 0);
  assert.deepEqual(faults, []);
});

test('at a server with other data a debate keeps its names, and one that has not ended waits', { timeout: PATIENCE }, async () => {
  // Debaters that search nothing: none is cut short where the machine is busy, and then left out for that.
  const over = await played(stand.url, { image: 9, lie: 0, honest: 'random', liar: 'random' });
  const waiting = await create(stand.url, { ...programs, honest: 'outside', lie: 0 });
  await server.stop();
  server = await startServer({ store });
  stand.url = server.url;
  const { page, faults } = await openPage(stand.browser);
  await page.goto(`${stand.url}/#/replay/${over.debate}`);
  await page.getByRole('heading', { name: 'It was Ankle boot.' }).waitFor();
  await page.getByText(/^Image 9 of clothes-test\..*Judge: classifier:6:clothes-6\.$/).waitFor();
  assert.equal(await page.getByText(/leads by/).count(), 0);
  await page.goto(`${stand.url}/#/judge/${waiting.debate}/${waiting.tokens['judge']}`);
  await page.getByText('The debate is over clothes-test, and this server has other data.').waitFor();
  await page.goto(`${stand.url}/#/standings`);
  await page.getByText(/more debates? (is|are) left out: (it was|they were) over other images than this server has now\./).waitFor();
  assert.deepEqual(faults, []);
  // Where its data are it goes on.
  await server.stop();
  server = await startServer({ store, hosting });
  stand.url = server.url;
  const again = await openPage(stand.browser);
  await again.page.goto(`${stand.url}/#/judge/${waiting.debate}/${waiting.tokens['judge']}`);
  const program = await openDebater(stand, waiting, 'honest');
  await again.page.getByRole('heading', { name: /Ankle boot/ }).waitFor();
  await program.close();
});
