// What every test stands on: a real server, a real browser, and the data set's own files.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Longer than anything takes, also where the machine is busy: no test waits for time to pass. */
export const PATIENCE = 180_000;

/**
 * Starts the program's server and waits until it says where it is. Another program than the
 * release build is named by PIXEL_DEBATE.
 *
 * @param {{ address?: string, store?: string, hosting?: string[] }} [options] A port of its own and a store of its own
 *   unless given, and the program's own images and judges unless `hosting` says otherwise.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export function startServer({ address = '127.0.0.1:0', store, hosting = [] } = {}) {
  const program = process.env['PIXEL_DEBATE'] ?? 'target/release/pixel-debate';
  const folder = store ? null : temporaryFolder();
  // All tests of a file come from one address, as fast as the machine lets them.
  const credits = ['works_at_once=10000', 'works_a_minute=10000', 'reads_at_once=10000', 'reads_a_second=1000'];
  const limits = credits.flatMap((credit) => ['--limit', credit]);
  const words = ['serve', '--listen', address, '--store', store ?? join(folder ?? '', 'debates.db'), ...limits, ...hosting];
  const server = spawn(program, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${said}`)));
    server.stdout.on('data', (text) => {
      said += text;
      const url = /http:\/\/[\d.:]+/.exec(said)?.[0];
      if (!url) return;
      resolve({
        url,
        stop: async () => {
          server.kill('SIGINT');
          await ended;
          if (folder) rmSync(folder, { recursive: true });
        },
      });
    });
  });
}

/** A folder that is the caller's to remove. */
export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'pixel-debate-'));

export function startBrowser() {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A server and a browser for the tests of a file, from the first to the last. */
export function openStand() {
  /** @type {{ url: string, browser: import('playwright-core').Browser }} */
  const stand = { url: '', browser: /** @type {any} */ (null) };
  /** @type {Awaited<ReturnType<typeof startServer>>} */
  let server;
  before(async () => {
    server = await startServer();
    stand.url = server.url;
    stand.browser = await startBrowser();
  });
  after(async () => {
    await stand.browser.close();
    await server.stop();
  });
  return stand;
}

/**
 * Opens a page and keeps all that goes wrong, all that it asks for, and all that it is told and says.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  /** @type {string[]} */
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  /** @type {string[]} */
  const told = [];
  /** @type {string[]} */
  const said = [];
  page.on('websocket', (socket) => {
    asked.push(socket.url());
    socket.on('framereceived', ({ payload }) => told.push(String(payload)));
    socket.on('framesent', ({ payload }) => said.push(String(payload)));
  });
  return { context, page, faults, asked, told, said };
}

/**
 * Puts a switch between a page and the server: what has been told can be cut off at any time.
 *
 * @param {import('playwright-core').Page} page Before it has opened its websocket.
 */
export async function openLine(page) {
  /** @type {Set<import('playwright-core').WebSocketRoute>} */
  const sockets = new Set();
  let whole = true;
  await page.routeWebSocket(/\/socket$/, (socket) => {
    if (!whole) return void socket.close();
    const server = socket.connectToServer();
    sockets.add(socket);
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => socket.send(message));
    server.onClose(() => socket.close());
    socket.onClose(() => server.close());
  });
  return {
    cut: async () => {
      whole = false;
      for (const socket of sockets) await socket.close();
      sockets.clear();
    },
    mend: () => {
      whole = true;
    },
  };
}

/**
 * What axe finds wrong with the page as it stands, in short.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export async function violations(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run();
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ { html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

/**
 * Sets up a debate over HTTP.
 *
 * @param {string} url
 * @param {object} setup
 * @returns {Promise<{ debate: string, tokens: Record<string, string> }>}
 */
export async function create(url, setup) {
  const answer = await fetch(`${url}/api/debates`, { method: 'POST', body: JSON.stringify(setup) });
  if (!answer.ok) throw new Error(await answer.text());
  return /** @type {any} */ (await answer.json());
}

/**
 * Plays a debate of programs to its end.
 *
 * @param {string} url
 * @param {object} [setup]
 * @returns {Promise<{ debate: string, transcript: any, [more: string]: any }>} What is kept of it.
 */
export async function played(url, setup = {}) {
  const { debate } = await create(url, { honest: 'greedy', liar: 'greedy', pace_ms: 0, ...setup });
  for (;;) {
    const answer = await fetch(`${url}/api/debates/${debate}/transcript`);
    if (answer.ok) return { debate, ...(await answer.json()) };
    // The server tells nobody over HTTP when a debate ends.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Judges a debate as a program does, over a websocket of its own: says a belief after each reveal and gives
 * the first debater's claim as the verdict.
 *
 * @param {{ url: string, browser: import('playwright-core').Browser }} stand The program runs inside its browser.
 * @param {{ debate: string, tokens: Record<string, string> }} created
 * @param {number} probability How probable that claim is to the judge.
 * @param {string} [key] The key to the record that the judgment is to be on.
 */
export async function judgeByProgram({ url, browser }, { debate, tokens }, probability, key) {
  const page = await browser.newPage();
  await page.goto(`${url}/#/new`);
  await page.evaluate(
    ({ debate, token, probability, key }) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/socket`);
        const send = (/** @type {object} */ message) => socket.send(JSON.stringify({ debate, ...message }));
        /** @type {number} */
        let label;
        socket.onmessage = ({ data }) => {
          const { type, view, turn, ending, seq, message } = JSON.parse(data);
          if (type === 'hello') send({ type: 'take', token, ...(key ? { judge_key: key } : {}) });
          if (type === 'snapshot') label = view.claims.first;
          if (type === 'event' && !ending) send({ type: 'belief', after: seq, probability });
          if (turn?.seat === 'judge') send({ type: 'verdict', label, probability });
          if (type === 'error') reject(new Error(message));
          if (ending) resolve(null);
        };
      }),
    { debate, token: tokens['judge'] ?? '', probability, key },
  );
  await page.close();
}

/**
 * A debater outside that reveals when the test says so: the debate stands where a test wants it for as
 * long as the test looks, however slow the machine.
 *
 * @param {{ url: string, browser: import('playwright-core').Browser }} stand The debater runs inside its browser.
 * @param {{ debate: string, tokens: Record<string, string> }} created
 * @param {'honest' | 'liar'} role
 */
export async function openDebater({ url, browser }, { debate, tokens }, role) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(`${url}/#/new`);
  await page.evaluate(
    ({ debate, token }) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/socket`);
        const send = (/** @type {object} */ message) => socket.send(JSON.stringify({ debate, ...message }));
        /** @type {any} */
        let view;
        let seq = 0;
        /** @type {any} */
        let turn = null;
        /** @type {(() => void) | null} */
        let done = null;
        let wanted = false;
        const move = () => {
          if (!wanted || turn?.seat !== view.seat || turn.seq !== seq + 1) return;
          wanted = false;
          const lit = [...atob(view.image.pixels)].flatMap((byte, index) => (byte === '\0' ? [] : [[index % view.width, Math.floor(index / view.width)]]));
          const pixel = lit.find(([x, y]) => !view.evidence.some((/** @type {any} */ { pixel }) => pixel[0] === x && pixel[1] === y));
          send({ type: 'reveal', seq: turn.seq, pixel });
        };
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (message.type === 'hello') send({ type: 'take', token });
          if (message.type === 'error') reject(new Error(message.message));
          if (message.type === 'snapshot') {
            view = message.view;
            seq = message.seq;
            resolve(null);
          }
          if (message.type === 'event') {
            seq = message.seq;
            if (message.event.type === 'reveal') view.evidence.push(message.event);
            if (message.event.by === view.seat) done?.();
          }
          if (message.turn !== undefined) turn = message.turn;
          if (view) move();
        };
        Object.assign(globalThis, {
          /** Reveals the first pixel that may be revealed, when it is its turn. */
          reveal: () =>
            new Promise((resolve) => {
              done = () => resolve(null);
              wanted = true;
              move();
            }),
        });
      }),
    { debate, token: tokens[role] ?? '' },
  );
  return {
    reveal: () => page.evaluate(() => /** @type {any} */ (globalThis).reveal()),
    close: () => page.close(),
  };
}

/** Says one thing to the server, over a websocket of its own. @param {{ url: string, browser: import('playwright-core').Browser }} stand @param {object} message */
export async function tell({ url, browser }, message) {
  const page = await browser.newPage();
  await page.goto(`${url}/#/new`);
  const answer = await page.evaluate(
    (message) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/socket`);
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).type === 'hello') socket.send(JSON.stringify({ id: 1, ...message }));
          else if (JSON.parse(data).id === 1) resolve(JSON.parse(data));
        };
      }),
    message,
  );
  await page.close();
  return /** @type {any} */ (answer);
}

/** A debate that goes on as a test wants: who is honest sits outside, and has all the time there is. */
export const held = { honest: 'outside', liar: 'greedy', first: 'honest', image: 17, lie: 4, pace_ms: 0, clock: { move_ms: 3_600_000, bank_ms: 0 } };

/**
 * The pixels that a debater may reveal, by what its board shows: lit, and not revealed.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<[number, number][]>}
 */
export const legal = (page) =>
  page.getByRole('application').evaluate((area) => {
    const at = (/** @type {Element} */ rect) => /** @type {[number, number]} */ ([Number(rect.getAttribute('x')), Number(rect.getAttribute('y'))]);
    const revealed = new Set([...area.querySelectorAll('g.reveal rect:first-child')].map((rect) => at(rect).join()));
    return [...area.querySelectorAll('rect.lit')].map(at).filter((pixel) => !revealed.has(pixel.join()));
  });

/** How many reveals the board shows. @param {import('playwright-core').Page} page */
export const revealed = (page) => page.locator('.evidence g.number').count();

/** Waits until so many pixels are revealed. @param {import('playwright-core').Page} page @param {number} number */
export const reveals = (page, number) => page.locator('.evidence g.number').nth(number - 1).waitFor();

/** Waits until the truth is told. @param {import('playwright-core').Page} page */
export const truth = (page) => page.locator('.background').first().waitFor();

const data = (/** @type {string} */ name) =>
  gunzipSync(readFileSync(new URL(`../../datasets/data/mnist/${name}.gz`, import.meta.url)));

/** An image of the MNIST test set, from the files that it was published in. @param {number} index */
export function mnist(index) {
  const size = 28 * 28;
  const pixels = data('t10k-images-idx3-ubyte').subarray(16 + index * size, 16 + (index + 1) * size);
  const label = data('t10k-labels-idx1-ubyte')[8 + index];
  return { label, pixels };
}
