// An agent for Pixel Debate: it takes a seat, and debates or judges until the debate is over.
//
//     npm install
//     node agent.mjs ws://127.0.0.1:8080/socket DEBATE TOKEN
//
// As a debater it reveals the darkest legal pixel that is left, as a judge it believes the first
// debater. Put something better into `choosePixel` and `chooseLabel`.
//
// Node 20 has no websocket client of its own: `ws` is one. With `globalThis.WebSocket`, which newer
// versions and browsers have, the same code needs no package.

import WebSocket from 'ws';

const PROTOCOL = 2;

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

function play(url, debate, token) {
  let [seq, view, turn, over, wait] = [0, null, null, false, 500];

  const leave = (line, code = 0) => {
    over = true;
    console.log(line);
    process.exitCode = code;
  };

  const connect = () => {
    const socket = new WebSocket(url);
    const send = (message) => socket.send(JSON.stringify({ ...message, debate }));
    socket.onerror = () => {}; // `onclose` follows.
    socket.onclose = () => over || setTimeout(connect, (wait = Math.min(2 * wait, 10_000)));
    socket.onmessage = ({ data }) => {
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
      } else if (message.type === 'error') {
        leave(`${message.message}; expected ${message.expected}`, 1);
      } else if (message.type === 'closed' && message.reason !== 'restarting') {
        leave(`the server closes the debate: ${message.reason}`, 1);
      }
      if (view?.outcome) leave(`${view.seat}: ${view.outcome.winner} wins`);
      if (over) return socket.close();
      if (turn?.seat !== view?.seat || turn?.seq !== seq + 1) return;
      if (view.seat === 'judge') send({ type: 'verdict', label: chooseLabel(view) });
      else send({ type: 'reveal', seq: turn.seq, pixel: choosePixel(view) });
      [turn, wait] = [null, 500];
    };
  };
  connect();
}

play(...process.argv.slice(2, 5));
