// What the tests of studies stand on: frozen studies, their servers, and people who take part by mouse, finger or keys.

import { execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from './stand.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = () => process.env['PIXEL_DEBATE'] ?? 'target/release/pixel-debate';

/** What opens the researcher's page. */
export const RESEARCHER = 'the-token-of-the-researcher-of-the-tests';

const english = `
title = "Which digit is it?"
consent = """
You will see single pixels.

By going on you agree."""
instructions = "Say what you believe after each pixel."
practice = "The first is for practice."
thanks = "That was the last image."
screened_out = "Only adults can take part."
[conditions]
debate = "Two programs choose the pixels."
alone = "The pixels are chosen by chance."
[questions.adult]
text = "Are you an adult?"
options = { yes = "Yes", no = "No" }
[questions.trust]
text = "How far did you trust the programs?"
low = "Not at all"
high = "Completely"
[questions.remarks]
text = "Any remarks?"
`;

const german = `
title = "Welche Ziffer ist es?"
consent = "Sie sehen einzelne Bildpunkte."
instructions = "Sagen Sie nach jedem, was Sie glauben."
practice = "Zuerst eine zur Übung."
thanks = "Das war das letzte Bild."
screened_out = "Nur Erwachsene können teilnehmen."
[conditions]
debate = "Zwei Programme wählen die Bildpunkte."
alone = "Die Bildpunkte sind zufällig."
[questions.adult]
text = "Sind Sie erwachsen?"
options = { yes = "Ja", no = "Nein" }
[questions.trust]
text = "Wie sehr haben Sie den Programmen vertraut?"
low = "Gar nicht"
high = "Vollkommen"
[questions.remarks]
text = "Anmerkungen?"
`;

/** A study of two images in two conditions. @param {{ debate?: string, alone?: string, assignment?: string, asks?: string, times?: string }} more */
const file = ({ debate = '', alone = '', assignment = '', asks = '', times = '' }) => `
name = "page"
title = "Digits, for the tests of the page"
seed = 8093842170541276093
language = "en"
[[conditions]]
name = "debate"
kind = "debate"
pixels = 4
honest = "greedy"
${debate}
[[conditions]]
name = "alone"
kind = "alone"
pixels = 4
${alone}
[images]
number = 2
[assignment]
participants = 40
items = 2
practice = 1
${assignment}
[asks]
feedback = "end"
${asks}
[times]
${times}
[[before]]
name = "adult"
kind = "choice"
options = ["yes", "no"]
screen_out = ["no"]
[[after]]
name = "trust"
kind = "scale"
from = 1
to = 7
[[after]]
name = "remarks"
kind = "text"
longest = 20
required = false
[consent]
version = "1"
[bonus]
most = 200
currency = "GBP"
[recruits]
parameters = ["PROLIFIC_PID"]
completion_code = "PAGE-DONE"
screen_out_code = "PAGE-OUT"
excluded_code = "PAGE-NOT-COUNTED"
closed_code = "PAGE-CLOSED"
[languages]
en = "english.toml"
de = "german.toml"
`;

/**
 * Freezes a study and serves it.
 *
 * @param {Parameters<typeof file>[0]} [more]
 */
export async function openStudy(more = {}) {
  const folder = temporaryFolder();
  const at = (/** @type {string} */ name) => path.join(folder, name);
  writeFileSync(at('study.toml'), file(more));
  writeFileSync(at('english.toml'), english);
  writeFileSync(at('german.toml'), german);
  writeFileSync(at('token'), `${RESEARCHER}\n`);
  execFileSync(program(), ['study', 'freeze', at('study.toml'), '--out', at('frozen')], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let served = await serve(at, '127.0.0.1:0');
  const { url } = served;
  let people = 0;
  return {
    url,
    /** The link of somebody who has not been there. */
    link: () => `${url}/?PROLIFIC_PID=person-${(people += 1)}`,
    kill: () => served.end('SIGKILL'),
    restart: async () => {
      served = await serve(at, new URL(url).host);
    },
    stop: async () => {
      await served.end('SIGINT');
      rmSync(folder, { recursive: true });
    },
    /** @returns {Promise<any>} How it stands. */
    standing: async () => (await fetch(`${url}/api/study/standing`, { headers: { Authorization: `Bearer ${RESEARCHER}` } })).json(),
    /** @param {object} order */
    order: (order) => fetch(`${url}/api/study/orders`, { method: 'POST', headers: { Authorization: `Bearer ${RESEARCHER}` }, body: JSON.stringify(order) }),
  };
}

/** @param {(name: string) => string} at @param {string} address @returns {Promise<{ url: string, end: (signal: NodeJS.Signals) => Promise<unknown> }>} */
function serve(at, address) {
  const words = ['study', 'serve', at('frozen'), '--listen', address, '--store', at('study.db'), '--researcher-token-file', at('token')];
  const server = spawn(program(), words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`the study's server ended with ${code}: ${said}`)));
    server.stdout.on('data', (text) => {
      said += text;
      const url = /http:\/\/[\d.:]+/.exec(said)?.[0];
      if (!url) return;
      resolve({
        url,
        end: (signal) => {
          server.kill(signal);
          return ended;
        },
      });
    });
  });
}

/** What the server tells the participant of a page now. @param {Page} page @returns {Promise<any>} */
export async function told(page) {
  const { origin, hash } = new URL(page.url());
  const answer = await fetch(`${origin}/api/study/me`, { headers: { Authorization: `Bearer ${hash.slice(1)}` } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

/** How somebody works with the page. @typedef {'mouse' | 'finger' | 'keys'} Way */

/** Goes to a place by the Tab key alone. @param {Page} page @param {Locator} place */
async function reach(page, place) {
  const isThere = () => place.evaluate((element) => element === document.activeElement);
  for (let tabs = 0; !(await isThere()); tabs += 1) {
    if (tabs > 60) throw new Error(`no Tab leads to ${place}`);
    await page.keyboard.press('Tab');
  }
}

/** @param {Page} page @param {Way} way @param {Locator} button */
async function press(page, way, button) {
  await button.waitFor();
  if (way === 'mouse') return button.click();
  if (way === 'finger') return button.tap();
  await reach(page, button);
  await page.keyboard.press('Enter');
}

/** @param {Page} page @param {Way} way @param {Locator} radio */
async function choose(page, way, radio) {
  await radio.waitFor();
  if (way === 'mouse') return radio.click();
  if (way === 'finger') return radio.tap();
  await reach(page, radio);
  await page.keyboard.press('Space');
}

/** Sets a slider near its right end. @param {Page} page @param {Way} way @param {Locator} slider */
async function set(page, way, slider) {
  await slider.waitFor();
  const box = await slider.boundingBox();
  const position = { x: 0.8 * (box?.width ?? 0), y: (box?.height ?? 0) / 2 };
  if (way === 'mouse') return slider.click({ position });
  if (way === 'finger') return slider.tap({ position });
  await reach(page, slider);
  for (let moves = 0; moves < 6; moves += 1) await page.keyboard.press('ArrowRight');
}

export const button = (/** @type {Page} */ page, /** @type {string | RegExp} */ name) => page.getByRole('button', { name, exact: true });

/** Comes by a link and joins. @param {Page} page @param {string} link @param {Way} [way] */
export async function join(page, link, way = 'mouse') {
  await page.goto(link);
  await press(page, way, button(page, 'Begin'));
  await button(page, 'I agree').waitFor();
}

/**
 * Does what is asked now, and goes no further.
 *
 * @param {Page} page
 * @param {any} sheet What is asked.
 * @param {Way} [way]
 */
export async function act(page, sheet, way = 'mouse') {
  const { screen } = sheet;
  await shows(page, sheet);
  switch (screen.type) {
    case 'consent':
      return press(page, way, button(page, 'I agree'));
    case 'questions':
      if (screen.part === 'before') await choose(page, way, page.getByRole('radio', { name: 'Yes' }));
      else await choose(page, way, page.getByRole('radio', { name: /^1/ }));
      return press(page, way, button(page, 'Continue'));
    case 'instructions':
    case 'feedback':
      return press(page, way, button(page, 'Continue'));
    case 'item':
      return judge(page, screen, way);
    default:
      throw new Error(`nothing is asked on the screen ${screen.type}`);
  }
}

/** @param {Page} page @param {any} item @param {Way} way */
async function judge(page, { asks, beliefs, answers }, way) {
  if (asks.what === 'next') return press(page, way, button(page, /^(First|Next) pixel$/));
  if (asks.what === 'belief') {
    await set(page, way, page.getByRole('slider', { name: /^How probable/ }));
    return press(page, way, button(page, 'Confirm'));
  }
  if (asks.what !== 'verdict') throw new Error(`nothing is asked: ${asks.what}`);
  // What was believed last, so that no reason is needed; by keys the second of two is chosen from the first.
  const second = beliefs.length > 0 && beliefs.at(-1)[1] < 0.5;
  if (way === 'keys' && second) {
    await reach(page, page.getByRole('radio').first());
    await page.keyboard.press('ArrowRight');
  } else {
    await choose(page, way, page.getByRole('radio', { name: answers[second ? 1 : 0][1], exact: true }));
  }
  if (asks.confidence) await set(page, way, page.getByRole('slider', { name: /^How sure/ }));
  if (asks.explained) await page.getByRole('textbox').fill('It looks like it.');
  return press(page, way, button(page, /^Decide for/));
}

/** Waits until the board shows so many pixels. @param {Page} page @param {number} number */
export const pixels = (page, number) =>
  page.waitForFunction((number) => document.querySelectorAll('.evidence svg g.reveal').length === number, number);

/** Waits until a page shows what the server tells. @param {Page} page @param {any} sheet */
export async function shows(page, { screen }) {
  const heading = (/** @type {string | RegExp} */ name) => page.getByRole('heading', { level: 1, name }).waitFor();
  switch (screen.type) {
    case 'consent':
      return heading('Before you begin');
    case 'questions':
      return heading(screen.part === 'before' ? 'Some questions first' : 'Some questions to finish');
    case 'instructions':
      return heading('What there is to do');
    case 'feedback':
      return heading(screen.items.length === 1 ? `It was: ${screen.items[0].truth}` : 'What it was');
    case 'item':
      await page.getByText(`Image ${screen.number} of`).waitFor();
      await pixels(page, screen.shown.length + screen.more.length);
      if (screen.asks.what === 'next') return button(page, /^(First|Next) pixel/).waitFor();
      if (screen.asks.what === 'belief') return page.getByRole('slider', { name: /^How probable/ }).waitFor();
      if (screen.asks.what === 'verdict') return page.getByRole('radiogroup', { name: 'What do you decide?' }).waitFor();
  }
}

/** Waits until the server has gone on from a step, and what is asked next. @param {Page} page @param {number} step */
export async function after(page, step) {
  for (;;) {
    const sheet = await told(page);
    if (sheet.step > step && sheet.screen.asks?.what !== 'wait') return sheet;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
