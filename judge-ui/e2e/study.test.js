// A study in a browser: from consent to the completion code, whatever happens on the way.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after as afterAll, before, describe, test } from 'node:test';

import { openPage, PATIENCE, startBrowser, violations } from './stand.js';
import { act, after, button, join, openStudy, pixels, RESEARCHER, shows, told } from './study-stand.js';
import { scrolled } from './views.js';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof openStudy>>} */
let study;

const phone = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, colorScheme: /** @type {const} */ ('dark'), hasTouch: true, isMobile: true };
const desk = { viewport: { width: 1280, height: 720 }, colorScheme: /** @type {const} */ ('light') };

const folder = new URL('../screenshots/', import.meta.url);

before(async () => {
  mkdirSync(folder, { recursive: true });
  browser = await startBrowser();
  study = await openStudy();
});

afterAll(async () => {
  await browser.close();
  await study.stop();
});

/** A page by whose screen nobody is shut out, and a picture of it. @param {Page} page @param {string} name */
async function look(page, name) {
  writeFileSync(new URL(`study-${name}.png`, folder), await scrolled(page));
  assert.deepEqual(await violations(page), [], name);
  const { width } = page.viewportSize() ?? { width: 0 };
  const wide = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, innerWidth));
  assert.equal(wide, width, `${name} is scrolled sideways`);
}

/** What is on screen, so that it can be told whether it has come back. @param {Page} page */
const seen = (page) =>
  page.evaluate(() => ({
    heading: document.querySelector('h1')?.textContent,
    pixels: [...document.querySelectorAll('.evidence svg g.reveal rect:first-child')].map((rect) => ['x', 'y', 'fill'].map((name) => rect.getAttribute(name)).join()),
    asked: document.querySelector('.panel button.primary')?.textContent?.trim() ?? '',
  }));

/** Takes part from the first question to the last, and says each time when something is asked. @param {Page} page @param {(sheet: any) => Promise<unknown>} each */
async function takePart(page, each) {
  let sheet = await told(page);
  let acts = 0;
  while (sheet.screen.type !== 'stopped') {
    const { step } = sheet;
    await each(sheet);
    sheet = await after(page, step);
    assert.equal(sheet.step, step + 1, 'what was said counts once');
    acts += 1;
  }
  return { sheet, acts };
}

/** What a participant is asked in sum: consent, questions, instructions, feedback, and of each image a first pixel, beliefs and the verdict. */
const ACTS = 1 + 1 + 1 + 3 * (1 + 4 + 1) + 1 + 1 + 1;

describe('from consent to the completion code', () => {
  for (const [way, options] of /** @type {const} */ ([['mouse', desk], ['finger', phone], ['keys', desk]])) {
    test(`by ${way}`, { timeout: 2 * PATIENCE }, async () => {
      const { page, context, faults, asked } = await openPage(browser, options);
      await page.goto(study.link());
      await button(page, 'Begin').waitFor();
      await look(page, `${way}-start`);
      await join(page, page.url(), way);
      const looked = new Set();
      const { acts } = await takePart(page, async (sheet) => {
        const { type, asks, part, items, shown } = sheet.screen;
        const name = [type, asks?.what, part, items?.length, shown?.length > 2 ? 'more' : ''].filter(Boolean).join('-');
        await shows(page, sheet);
        if (way !== 'keys' && !looked.has(name)) await look(page, `${way}-${name}`);
        looked.add(name);
        await act(page, sheet, way);
      });
      assert.equal(acts, ACTS);
      await page.getByRole('heading', { name: 'You are done' }).waitFor();
      assert.equal(await page.getByRole('textbox', { name: 'Your completion code' }).inputValue(), 'PAGE-DONE');
      assert.match(await page.getByRole('region', { name: 'Your bonus' }).innerText(), /£[012]\.\d\d/);
      await look(page, `${way}-finished`);
      assert.deepEqual(faults, []);
      assert.ok(asked.every((url) => new URL(url).host === new URL(study.url).host));
      await context.close();
    });
  }

  test('in German, as the browser asks for, or as it is chosen', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, { ...desk, locale: 'de-DE' });
    await page.goto(study.link());
    await page.getByRole('radio', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Which digit is it?' }).waitFor();
    await page.getByRole('radio', { name: 'Deutsch' }).click();
    await button(page, 'Beginnen').click();
    await page.getByRole('heading', { name: 'Bevor Sie beginnen' }).waitFor();
    await page.getByText('Sie sehen einzelne Bildpunkte.').waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
    assert.equal(await page.title(), 'Welche Ziffer ist es?');
    await look(page, 'german');
    await context.close();
  });
});

describe('who does not take part', () => {
  test('without the link’s parameters joins nothing, and is told so', { timeout: PATIENCE }, async () => {
    const { members } = await study.standing();
    const { page, context, asked } = await openPage(browser, phone);
    await page.goto(`${study.url}/?STUDY=1`);
    await page.getByRole('heading', { name: 'This link is not complete' }).waitFor();
    await page.getByText('PROLIFIC_PID').waitFor();
    await look(page, 'missing');
    assert.ok(!asked.some((url) => url.endsWith('/participants')));
    assert.equal((await study.standing()).members.length, members.length);
    await context.close();
  });

  test('is screened out, with the code for that', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, desk);
    await join(page, study.link());
    await button(page, 'I agree').click();
    await page.getByRole('radio', { name: 'No', exact: true }).click();
    await button(page, 'Continue').click();
    await page.getByRole('heading', { name: 'Thank you for your interest' }).waitFor();
    await page.getByText('Only adults can take part.').waitFor();
    assert.equal(await page.getByRole('textbox').inputValue(), 'PAGE-OUT');
    await look(page, 'screened-out');
    await context.close();
  });

  test('does not agree, or stops, when asked once more', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, phone);
    await join(page, study.link());
    await button(page, 'I do not agree').click();
    await button(page, 'Go back').click();
    await button(page, 'I agree').click();
    await page.getByRole('heading', { name: 'Some questions first' }).waitFor();
    await button(page, 'Menu').click();
    await look(page, 'menu');
    await button(page, 'Stop taking part…').click();
    await look(page, 'leave');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal((await told(page)).screen.type, 'questions');
    await button(page, 'Menu').click();
    await button(page, 'Stop taking part…').click();
    await button(page, 'Stop for good').click();
    await page.getByRole('heading', { name: 'You have stopped taking part' }).waitFor();
    await look(page, 'left');
    await context.close();
    const other = await openPage(browser, desk);
    await join(other.page, study.link());
    await button(other.page, 'I do not agree').click();
    await look(other.page, 'decline');
    await button(other.page, 'I do not take part').click();
    await other.page.getByRole('heading', { name: 'You have stopped taking part' }).waitFor();
    await other.context.close();
  });

  test('by a link that is none is told so', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, desk);
    await page.goto(`${study.url}/#p0001.nobody`);
    await page.getByRole('heading', { name: 'You cannot take part by this link' }).waitFor();
    await look(page, 'barred');
    await context.close();
  });
});

describe('nothing is lost and nothing counts twice', () => {
  /** Somebody who has joined, and the picture of what they see. */
  async function somebody() {
    const opened = await openPage(browser, desk);
    await join(opened.page, study.link());
    return opened;
  }

  test('where the page is loaded anew at each step', { timeout: 2 * PATIENCE }, async () => {
    const { page, context, faults } = await somebody();
    const { acts } = await takePart(page, async (sheet) => {
      await shows(page, sheet);
      const saw = await seen(page);
      await page.reload();
      await shows(page, sheet);
      assert.deepEqual(await seen(page), saw);
      await act(page, sheet);
    });
    assert.equal(acts, ACTS);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('where somebody goes on in another window at each step', { timeout: 2 * PATIENCE }, async () => {
    const { page, context } = await somebody();
    const { page: other, context: elsewhere } = await openPage(browser, desk);
    await other.goto(page.url());
    /** Which of the two goes on; the other says the same after it. */
    let turns = 0;
    const { acts } = await takePart(page, async (sheet) => {
      const [first, second] = (turns += 1) % 2 ? [page, other] : [other, page];
      await shows(second, sheet);
      await act(first, sheet);
      const next = await after(first, sheet.step);
      const late = second.waitForResponse((answer) => answer.request().method() === 'POST' && answer.status() === 409);
      await act(second, sheet);
      await late;
      // It is where the first is, without another word.
      await shows(second, next);
    });
    assert.equal(acts, ACTS);
    await page.getByRole('heading', { name: 'You are done' }).waitFor();
    await other.getByRole('heading', { name: 'You are done' }).waitFor();
    for (const one of [context, elsewhere]) await one.close();
  });

  test('where the connection is lost at each step, before the answer or after it', { timeout: 2 * PATIENCE }, async () => {
    const { page, context } = await somebody();
    let turns = 0;
    const { acts } = await takePart(page, async (sheet) => {
      if ((turns += 1) % 2) {
        await context.setOffline(true);
        await act(page, sheet);
        await page.getByRole('status').getByText('No connection').waitFor();
        assert.equal((await told(page)).step, sheet.step);
        await context.setOffline(false);
      } else {
        // The server has taken it, and nobody hears of that.
        /** @type {(what: string) => void} */
        let note = () => {};
        /** @type {Promise<string>} */
        const dropped = new Promise((resolve) => (note = resolve));
        await page.route(
          '**/api/study/me',
          async (route) => {
            const answer = await route.fetch();
            await route.abort();
            note(`${route.request().method()} ${answer.status()}`);
          },
          { times: 1 },
        );
        await act(page, sheet);
        assert.equal(await dropped, 'POST 200');
      }
      await shows(page, await after(page, sheet.step));
      await page.getByRole('status').getByText('No connection').waitFor({ state: 'hidden' });
    });
    assert.equal(acts, ACTS);
    await context.close();
  });

  test('where the server is killed at each step', { timeout: 3 * PATIENCE }, async () => {
    const { page, context } = await somebody();
    const { acts } = await takePart(page, async (sheet) => {
      await study.kill();
      await act(page, sheet);
      await page.getByRole('status').getByText('No connection').waitFor();
      await study.restart();
    });
    assert.equal(acts, ACTS);
    await page.getByRole('heading', { name: 'You are done' }).waitFor();
    await context.close();
  });

  test('where a button is pressed twice at once', { timeout: PATIENCE }, async () => {
    const { page, context } = await somebody();
    /** @type {any[]} */
    const said = [];
    page.on('request', (request) => request.method() === 'POST' && said.push(request.postDataJSON()));
    await button(page, 'I agree').dblclick();
    await page.getByRole('radio', { name: 'Yes' }).click();
    await button(page, 'Continue').dblclick();
    await page.getByRole('heading', { name: 'What there is to do' }).waitFor();
    assert.deepEqual(said.map(({ type }) => type), ['agree', 'questions']);
    await context.close();
  });

  test('where who has stopped comes back on another device, by their link or as they came', { timeout: PATIENCE }, async () => {
    const first = await openPage(browser, desk);
    const link = study.link();
    await join(first.page, link);
    await first.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // Screen readers announce what changes in a place that was there.
    await first.page.locator('.copied').getByRole('status').waitFor({ state: 'attached' });
    await button(first.page, 'Copy: Your link').click();
    await first.page.getByText('Copied').waitFor();
    const own = await first.page.evaluate(() => navigator.clipboard.readText());
    assert.equal(own, first.page.url());
    await button(first.page, 'I agree').click();
    await first.page.getByRole('heading', { name: 'Some questions first' }).waitFor();
    const device = await openPage(browser, phone);
    await device.page.goto(own);
    await device.page.getByRole('heading', { name: 'Some questions first' }).waitFor();
    const again = await openPage(browser, phone);
    await again.page.goto(link);
    await button(again.page, 'Begin').click();
    await again.page.getByRole('heading', { name: 'Some questions first' }).waitFor();
    assert.equal((await told(again.page)).participant, (await told(first.page)).participant);
    // In the same browser it needs no link at all.
    await first.page.goto(study.url);
    await first.page.getByRole('heading', { name: 'Some questions first' }).waitFor();
    for (const { context } of [first, device, again]) await context.close();
  });
});

describe('a questionnaire', () => {
  test('says what is missing or too long beside it, and leads there', { timeout: PATIENCE }, async () => {
    const { page, context, faults } = await openPage(browser, phone);
    await join(page, study.link());
    await takeUntil(page, ({ screen }) => screen.type === 'questions' && screen.part === 'after');
    await page.getByRole('textbox', { name: 'Any remarks?' }).fill('x'.repeat(21));
    await page.getByText('21 of 20 characters').waitFor();
    await button(page, 'Continue').click();
    await page.getByRole('alert').getByText('2 answers are missing or too long.').waitFor();
    await look(page, 'faults');
    const described = (/** @type {import('playwright-core').Locator} */ field) =>
      field.evaluate((field) => (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent).join(' '));
    const first = page.getByRole('radio', { name: /^1/ });
    assert.ok(await first.evaluate((radio) => radio === document.activeElement), 'the first fault has the focus');
    assert.match(await described(first), /Please choose an answer/);
    assert.match(await described(page.getByRole('textbox')), /too long.*at most 20/);
    assert.equal((await told(page)).screen.type, 'questions', 'nothing was said');
    // What was typed outlives a reload.
    await page.getByRole('textbox').fill('so');
    await page.reload();
    await page.getByRole('textbox').waitFor();
    assert.equal(await page.getByRole('textbox').inputValue(), 'so');
    // Firefox tells screen readers that what is required and empty is wrong.
    assert.equal(await page.locator(':invalid').count(), 0, 'nothing is wrong before it is tried');
    await page.getByRole('radio', { name: /^7/ }).click();
    await button(page, 'Continue').click();
    await page.getByRole('heading', { name: 'What it was' }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });
});

/** Takes part until something is asked. @param {Page} page @param {(sheet: any) => boolean} until */
async function takeUntil(page, until) {
  let sheet = await told(page);
  while (!until(sheet)) {
    await act(page, sheet);
    sheet = await after(page, sheet.step);
  }
  return sheet;
}

describe('an image', () => {
  test('is told to those who do not see it: each pixel as it comes, and all of them at any time', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, desk);
    await join(page, study.link());
    await takeUntil(page, ({ screen }) => screen.type === 'item');
    const tree = await context.newCDPSession(page);
    for (let number = 1; number <= 4; number += 1) {
      const before = await told(page);
      await act(page, before);
      const { screen } = await after(page, before.step);
      await pixels(page, number);
      const { x, y } = screen.shown.at(-1);
      const words = `Pixel ${number} of 4: column ${x + 1}, row ${y + 1}, `;
      // As the browser gives it to a screen reader: in a region that is read when it changes.
      await page.locator('[aria-live="polite"]', { hasText: words }).waitFor({ state: 'attached' });
      const { nodes } = await tree.send('Accessibility.getFullAXTree');
      const live = nodes.find((node) => (node.properties ?? []).some(({ name, value }) => name === 'live' && value.value === 'polite') && inside(nodes, node).startsWith(words));
      assert.ok(live, words);
      const board = nodes.find(({ role, name }) => ['image', 'img'].includes(role?.value) && String(name?.value).startsWith('What is shown'));
      for (const [index, glance] of screen.shown.entries()) assert.ok(board?.name?.value.includes(`Pixel ${index + 1} of 4: column ${glance.x + 1}, row ${glance.y + 1}, `));
      // Exactly as bright as the server says.
      const fills = await page.locator('.evidence svg g.reveal rect:first-child').evaluateAll((all) => all.map((rect) => rect.getAttribute('fill')));
      assert.deepEqual(fills, screen.shown.map((/** @type {any} */ { value }) => `rgb(${value} ${value} ${value})`));
    }
    await context.close();
  });

  test('has nothing set beforehand, and takes no belief that was not given', { timeout: PATIENCE }, async () => {
    const { page, context, faults } = await openPage(browser, desk);
    await join(page, study.link());
    const sheet = await takeUntil(page, ({ screen }) => screen.asks?.what === 'belief');
    const slider = page.getByRole('slider');
    assert.equal(await slider.getAttribute('aria-valuetext'), 'not set yet');
    await button(page, 'Confirm').click();
    await page.getByRole('alert').getByText('Say first how probable').waitFor();
    await look(page, 'belief-missing');
    assert.equal((await told(page)).step, sheet.step);
    await page.keyboard.press('ArrowRight');
    assert.equal(await slider.getAttribute('aria-valuetext'), `45\u00a0% for ${sheet.screen.answers[0][1]}, 55\u00a0% for ${sheet.screen.answers[1][1]}`);
    await page.keyboard.press('Enter');
    const { screen } = await after(page, sheet.step);
    assert.ok(Math.abs(screen.beliefs[0][1] - 0.45) < 1e-6);
    assert.deepEqual(screen.answers, sheet.screen.answers);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('is judged against the belief with a reason alone', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, phone);
    await join(page, study.link());
    const { step, screen } = await takeUntil(page, ({ screen }) => screen.asks?.what === 'verdict');
    const [first, second] = screen.answers.map((/** @type {any} */ [, name]) => page.getByRole('radio', { name, exact: true }));
    await button(page, 'Decide').click();
    await page.getByRole('alert').getByText('Please choose an answer.').waitFor();
    await first.click();
    await button(page, /^Decide for/).click();
    await page.getByRole('alert').getByText(/You gave .* only \d\d\s%/).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
    await look(page, 'against');
    await second.click();
    await page.getByText(/You gave .* only/).waitFor({ state: 'hidden' });
    // This study has no place for a reason where none is needed.
    assert.equal(await page.getByRole('textbox').count(), 0);
    await first.click();
    await button(page, /^Decide for/).click();
    await page.getByRole('textbox').fill('A hunch.');
    await button(page, /^Decide for/).click();
    await after(page, step);
    await page.getByRole('heading', { name: /^It was:/ }).waitFor();
    await context.close();
  });

  test('is left without an answer when asked once more', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, desk);
    await join(page, study.link());
    const { step } = await takeUntil(page, ({ screen }) => screen.type === 'item');
    await button(page, 'I cannot say').click();
    await look(page, 'give-up');
    await button(page, 'Go back').click();
    assert.equal((await told(page)).step, step);
    await button(page, 'I cannot say').click();
    await button(page, 'Go on').click();
    await page.getByText('You did not decide.').waitFor();
    await context.close();
  });
});

/** The text inside a node of the tree. @param {any[]} nodes @param {any} node @returns {string} */
function inside(nodes, node) {
  if (node.role?.value === 'StaticText') return String(node.name?.value ?? '');
  return (node.childIds ?? []).map((/** @type {string} */ id) => nodes.find(({ nodeId }) => nodeId === id)).filter(Boolean).map((/** @type {any} */ child) => inside(nodes, child)).join('');
}

describe('a study that asks for more', () => {
  /** @type {typeof study} */
  let strict;
  before(async () => {
    strict = await openStudy({
      debate: 'live = true\nseconds = 1',
      alone: 'precommit = false',
      assignment: 'checks = 1\nchecks_needed = 0',
      asks: 'belief = "end"\nconfidence = true\nexplanation = "required"',
      times: 'limit = 15\nwarning = 10\nreveal_ms = 400',
    });
  });
  afterAll(() => strict.stop());

  test('waits for debaters, keeps its pace, and asks for confidence and a reason, of two answers and of all', { timeout: 2 * PATIENCE }, async () => {
    const { page, context, faults } = await openPage(browser, phone);
    await join(page, strict.link());
    const looked = new Set();
    let sheet = await told(page);
    while (sheet.screen.type !== 'stopped') {
      const { asks, answers, more } = sheet.screen;
      const kind = asks?.what === 'verdict' ? `${asks.what}-${answers.length}${more.length > 0 ? '-check' : ''}` : null;
      if (kind && !looked.has(kind)) {
        await button(page, 'Decide').click();
        await page.getByText('Say also how sure you are').waitFor();
        await page.getByText('Please say why, in a sentence.').waitFor();
        await look(page, kind);
      }
      if (kind) looked.add(kind);
      await act(page, sheet, 'finger');
      sheet = await after(page, sheet.step);
    }
    await page.getByRole('heading', { name: 'You are done' }).waitFor();
    assert.ok(looked.size >= 3, [...looked].join());
    for (const part of ['verdict-10', 'verdict-2', '-check']) assert.ok([...looked].some((kind) => kind.includes(part)), part);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('warns once when the time is short, and goes on by itself when it is over', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, desk);
    await join(page, strict.link());
    // The time runs from the first pixel.
    const { step } = await takeUntil(page, ({ screen }) => screen.type === 'item' && screen.left_ms !== null);
    const warning = page.getByRole('alert').filter({ hasText: /Only \d+ seconds left/ });
    await warning.waitFor({ state: 'attached' });
    const said = await warning.innerText();
    await page.getByRole('timer').getByText('0:03').waitFor();
    assert.equal(await warning.innerText(), said);
    await look(page, 'warning');
    await page.getByRole('heading', { name: /^It was:/ }).waitFor();
    await page.getByText('You did not decide.').waitFor();
    assert.ok((await told(page)).step > step);
    await context.close();
  });
});

describe('the researcher', () => {
  /** @type {typeof study} */
  let watched;
  before(async () => {
    watched = await openStudy();
  });
  afterAll(() => watched.stop());

  test('sees how it stands, and interrupts, excludes, looks, withdraws, erases and closes', { timeout: 2 * PATIENCE }, async () => {
    const participant = await openPage(browser, phone);
    await join(participant.page, watched.link());
    const asked = await takeUntil(participant.page, ({ screen }) => screen.asks?.what === 'belief');
    const done = await openPage(browser, desk);
    const link = watched.link();
    await join(done.page, link);
    await takeUntil(done.page, ({ screen }) => screen.type === 'stopped');

    const { page, context, faults } = await openPage(browser, desk);
    await page.goto(`${watched.url}/researcher`);
    const field = page.getByLabel('The researcher’s token');
    await field.fill('something-else');
    await look(page, 'token');
    await page.keyboard.press('Enter');
    await page.getByText('This token does not open the study.').waitFor();
    faults.length = 0;
    await field.fill(RESEARCHER);
    await page.keyboard.press('Enter');
    const members = page.getByRole('region', { name: 'Participants' });
    await members.getByRole('rowheader', { name: 'p0001' }).waitFor();
    assert.ok(!page.url().includes(RESEARCHER));
    await look(page, 'dashboard');
    const row = (/** @type {string} */ name) => members.getByRole('row').filter({ hasText: name });
    assert.match(await row('p0001').innerText(), /Under way/);
    assert.match(await row('p0002').innerText(), /Finished/);
    const places = page.getByRole('region', { name: 'Places' });
    assert.match(await places.innerText(), /Finished\s*1\s*Under way\s*1\s*Free\s*38/);

    // It stays in this window for a reload, and in none else.
    await page.reload();
    await members.waitFor();
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), '{}');

    const dialog = page.getByRole('dialog');
    const give = async (/** @type {string} */ name, reason = '') => {
      if (reason) await dialog.getByRole('textbox').fill(reason);
      await dialog.getByRole('button', { name, exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
    };

    await button(page, 'Pause…').click();
    await look(page, 'pause');
    await give('Pause');
    await page.getByText('Nobody joins, and nobody goes on.').waitFor();
    // Who says something now is told, and goes on where they were.
    await act(participant.page, asked, 'finger');
    await participant.page.getByRole('heading', { name: 'The study is interrupted' }).waitFor();
    await look(participant.page, 'paused');
    await button(page, 'Resume…').click();
    await give('Resume');
    await shows(participant.page, asked);

    assert.equal(await page.getByRole('columnheader', { name: 'Right', exact: true }).count(), 0);
    await page.getByText('Nobody has looked yet.').waitFor();
    await button(page, 'Look at the accuracy…').click();
    await look(page, 'peek');
    await give('Look');
    const accuracy = page.getByRole('region', { name: 'Accuracy' });
    await accuracy.getByRole('columnheader', { name: 'Right', exact: true }).waitFor();
    await accuracy.getByText('Looked at 1 time:').waitFor();
    assert.equal((await watched.standing()).peeks.length, 1);
    assert.equal((await watched.standing()).peeked, null);
    await look(page, 'peeked');

    // Saved as it is, with that it was, and without who they are; who is to be paid is no look at who was right.
    /** @type {(name: string) => Promise<any>} */
    const saved = async (name) => {
      await button(page, name).click();
      if (name.includes('results')) await look(page, 'save');
      const [file] = await Promise.all([page.waitForEvent('download'), give('Save')]);
      return JSON.parse(readFileSync(await file.path(), 'utf8'));
    };
    const results = await saved('Save the results…');
    assert.deepEqual(results.results.participants.map((/** @type {any} */ one) => [one.name, one.state]), [['p0001', 'active'], ['p0002', 'finished']]);
    assert.ok(results.results.participants.every((/** @type {any} */ one) => Object.keys(one.parameters).length === 0));
    await accuracy.getByText('Looked at 2 times:').waitFor();
    const payments = await saved('Save the payments…');
    assert.deepEqual([payments.results.participants[1].code, payments.results.participants[1].judgments], ['PAGE-DONE', []]);
    assert.equal((await watched.standing()).peeks.length, 2);

    await row('p0001').getByRole('button', { name: /^Exclude/ }).click();
    await dialog.getByRole('button', { name: 'Exclude', exact: true }).click();
    await page.getByRole('alert').getByText('Say why').waitFor();
    await look(page, 'exclude');
    await give('Exclude', 'Asked twice.');
    await row('p0001').getByText('Excluded').waitFor();
    await participant.page.reload();
    await participant.page.getByRole('heading', { name: 'Your part ends here' }).waitFor();
    assert.equal(await participant.page.getByRole('textbox', { name: 'Your code' }).inputValue(), 'PAGE-NOT-COUNTED');
    await look(participant.page, 'excluded');

    await row('p0001').getByRole('button', { name: /^Erase/ }).click();
    await give('Erase', 'As they asked.');
    await row('p0001').getByText('erased').waitFor();

    await button(page, 'Withdraw…').click();
    await page.getByRole('alert').getByText('Give the item’s number').waitFor();
    await page.getByLabel('Number of an item').fill('2');
    await button(page, 'Withdraw…').click();
    await give('Withdraw', 'A smudge.');
    await page.getByText('A smudge.').waitFor();
    const items = page.getByRole('region', { name: 'Items' });
    await items.getByText(/^All \d+ items$/).click();
    const item = (/** @type {number} */ number) => items.getByRole('row').filter({ has: page.getByRole('rowheader', { name: String(number), exact: true }) });
    await item(2).getByText('withdrawn').waitFor();
    await look(page, 'items');
    await item(3).getByRole('button', { name: /^Withdraw item 3/ }).click();
    await give('Withdraw', 'Another.');
    await item(3).getByText('withdrawn').waitFor();

    await button(page, 'Close…').click();
    await dialog.getByRole('button', { name: 'Close for good' }).click();
    await page.getByRole('alert').getByText('Say why').waitFor();
    await give('Close for good', 'Enough.');
    await page.getByText('It has ended, and cannot be opened again.').waitFor();
    assert.equal(await page.getByRole('button', { name: /Pause|Resume|Close/ }).count(), 0);
    await look(page, 'closed');
    assert.deepEqual(faults, []);

    // Who comes now is told, and who is through still finds their code.
    const late = await openPage(browser, phone);
    await late.page.goto(watched.link());
    await late.page.getByText('This study has ended.').waitFor();
    assert.equal(await late.page.getByRole('textbox', { name: 'Your code' }).inputValue(), 'PAGE-CLOSED');
    await look(late.page, 'closed-before');
    await button(late.page, 'I have begun already: go on').click();
    await late.page.getByText('Nobody has begun by this link.').waitFor();
    await done.page.evaluate(() => localStorage.clear());
    await done.page.goto(link);
    await button(done.page, 'I have begun already: go on').click();
    await done.page.getByRole('heading', { name: 'You are done' }).waitFor();
    assert.equal(await done.page.getByRole('textbox', { name: 'Your completion code' }).inputValue(), 'PAGE-DONE');
    for (const one of [participant.context, done.context, late.context, context]) await one.close();
  });

  test('reads on a phone, and by the token of a link', { timeout: PATIENCE }, async () => {
    const { page, context } = await openPage(browser, phone);
    await page.goto(`${watched.url}/researcher#${RESEARCHER}`);
    await page.getByRole('region', { name: 'Participants' }).waitFor();
    assert.equal(page.url(), `${watched.url}/researcher`);
    await look(page, 'dashboard-phone');
    await button(page, 'Forget the token').click();
    await page.getByLabel('The researcher’s token').waitFor();
    await page.reload();
    await page.getByLabel('The researcher’s token').waitFor();
    await context.close();
  });
});
