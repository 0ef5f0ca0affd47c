// An agent for Pixel Debate: it takes a seat, and debates or judges until the debate is over.
//
//     npm install
//     node agent.mjs ws://127.0.0.1:8080/socket DEBATE TOKEN
//
// As a debater it reveals the darkest legal pixel that is left, as a judge it believes the first
// debater. Put something better into `choosePixel` and `chooseLabel`: they may take as long as the
// clock allows.
//
// Node 20 has no websocket client of its own: `ws` is one. With `globalThis.WebSocket`, which newer
// versions and browsers have, the same code needs no package.

import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import WebSocket from 'ws';

const PROTOCOL = 4;
// Refusals that pass: the same may be right later.
const PASSING = new Set(['busy', 'store_unavailable', 'too_fast', 'unavailable']);
// What had happened already, or will be told when it is time.
const HARMLESS = new Set(['not_begun', 'stale']);

/** The darkest pixel that may be revealed. */
function choosePixel({ image, evidence, rules }) {
  const values = Buffer.from(image.pixels, 'base64');
  const taken = new Set(evidence.map(({ pixel: [x, y] }) => y * image.width + x));
  const legal = [...values.keys()].filter((i) => !taken.has(i) && (rules.legal === 'any' || values[i] > 0));
  const darkest = legal.reduce((best, i) => (values[i] < values[best] ? i : best));
  return [darkest % image.width, Math.floor(darkest / image.width)];
}

/** What the first debater claims; without claims the first label. */
const chooseLabel = ({ claims }) => claims.first ?? 0;

/** What the agent does in its turn, for the event with that number. */
const chooseMove = (view, seq) =>
  view.seat === 'judge'
    ? { type: 'verdict', label: chooseLabel(view) }
    : { type: 'reveal', seq, pixel: choosePixel(view) };

/** The move, chosen by a thread of its own, so that pings are answered meanwhile. */
const think = (view, seq) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { view, seq } });
    worker.once('message', resolve).once('error', reject);
  });

function play(url, debate, token) {
  let [seq, view, turn, over, wait] = [0, null, null, false, 500];
  // Thinking goes on when the connection is lost: it is begun once for each event.
  const thought = { seq: 0, move: null };

  const leave = (line, code = 0) => {
    over = true;
    console.log(line);
    process.exitCode = code;
  };

  const connect = () => {
    const socket = new WebSocket(url);
    let said;
    const send = (message) => {
      if (over || socket.readyState !== WebSocket.OPEN) return;
      said = { ...message, debate };
      socket.send(JSON.stringify(said));
    };
    const longer = () => (wait = Math.min(2 * wait, 30_000));
    // `onclose` follows, which tries again.
    socket.onerror = ({ message, error }) => over || console.error(`no connection, trying again: ${message || error?.code}`);
    socket.onclose = () => over || setTimeout(connect, longer());
    socket.onmessage = ({ data }) => {
      if (over) return;
      const message = JSON.parse(data);
      if (message.type === 'hello') {
        if (message.protocol !== PROTOCOL) leave(`the server speaks version ${message.protocol}`, 1);
        else send(view ? { type: 'resume', seq, token } : { type: 'take', token });
        turn = null;
      } else if (message.type === 'snapshot') {
        ({ seq, view, turn } = message);
      } else if (message.type === 'resumed' || message.type === 'turn') {
        ({ turn } = message);
      } else if (message.type === 'event') {
        const { type, ...reveal } = message.event;
        if (type === 'reveal') view.evidence.push(reveal);
        ({ seq, turn = turn } = message);
        view.outcome = message.ending?.outcome ?? null;
        wait = 500;
      } else if (message.type === 'error' && PASSING.has(message.code)) {
        // What was said last can be said again.
        setTimeout(() => send(said), longer());
      } else if (message.type === 'error' && !HARMLESS.has(message.code)) {
        leave(`${message.message}; expected ${message.expected}`, 1);
      } else if (message.type === 'closed' && message.reason !== 'restarting') {
        leave(`the server closes the debate: ${message.reason}`, 1);
      }
      if (view?.outcome) leave(`${view.seat}: ${view.outcome.winner} wins`);
      if (over) return socket.close();
      if (!turn || turn.seat !== view.seat || turn.seq !== seq + 1) return;
      if (thought.seq !== turn.seq) Object.assign(thought, { seq: turn.seq, move: think(view, turn.seq) });
      thought.move.then(send);
      turn = null;
    };
  };
  connect();
}

if (isMainThread && process.argv.length !== 5) {
  console.error('usage: node agent.mjs ws://HOST:PORT/socket DEBATE TOKEN');
  process.exitCode = 1;
} else if (isMainThread) {
  try {
    play(...process.argv.slice(2));
  } catch ({ message }) {
    // What is no address will be none later.
    console.error(`no connection: ${message}`);
    process.exitCode = 1;
  }
} else parentPort.postMessage(chooseMove(workerData.view, workerData.seq));
