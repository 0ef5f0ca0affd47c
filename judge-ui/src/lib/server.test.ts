import { beforeEach, describe, expect, test, vi } from 'vitest';

import { VERSION } from '../protocol';
import { reveal, snapshot, view } from '../test/debates';
import { Server } from './server.svelte';

/** The sockets that were opened, the newest last; what the server says goes in by `onmessage`. */
let sockets: FakeSocket[] = [];

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 1;
  said: Record<string, unknown>[] = [];
  onmessage: (frame: { data: string }) => void = () => {};
  onclose: () => void = () => {};

  constructor() {
    sockets.push(this);
  }

  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
    this.onclose();
  }

  tell(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** Answers the latest request of a kind. */
  answer(type: string, message: object): void {
    this.tell({ id: this.said.findLast((one) => one['type'] === type)?.['id'], ...message });
  }
}

/** Lets the page go on with what it was told. */
const settle = () => new Promise((resolve) => setTimeout(resolve));

const latest = () => sockets.at(-1)!;
const said = () => latest().said.map(({ type, token }) => [type, token ?? null]);

function connect(): Server {
  const server = new Server();
  latest().tell({ type: 'hello', protocol: VERSION, server: 's', offer: { pixels: [6] }, bounds: {} });
  return server;
}

beforeEach(() => {
  sockets = [];
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', { href: 'http://server/' });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('document', { addEventListener: () => {}, hidden: false });
});

describe('what is followed', () => {
  test('is asked for once, however many parts of the page follow it', async () => {
    const server = connect();
    const one = server.watch('d');
    expect(server.watch('d')).toBe(one);
    expect(said()).toEqual([['watch', null]]);
    latest().answer('watch', { type: 'snapshot', ...snapshot() });
    await settle();
    expect(one.state?.debate).toBe('d');
    server.release(one);
    expect(said()).toHaveLength(1);
    server.release(one);
    expect(said().at(-1)).toEqual(['leave', null]);
  });

  test('has its own view from each seat, and the connection one seat in each debate', async () => {
    const server = connect();
    const seat = server.take('d', 'key');
    latest().answer('take', { type: 'snapshot', ...snapshot({ beliefs: [0.4] }) });
    await settle();
    const watched = server.watch('d');
    expect(watched).not.toBe(seat);
    latest().answer('watch', { type: 'snapshot', ...snapshot({ view: view({ seat: 'spectator' }) }) });
    await settle();
    latest().tell(reveal(1, 'first', 1, 64));
    expect([seat.state?.seq, watched.state?.seq]).toEqual([0, 1]);
    expect([seat.state?.view.seat, watched.state?.view.seat]).toEqual(['judge', 'spectator']);

    // When the one that the connection sits for is gone, it goes back to the other, and does not leave.
    server.release(watched);
    expect(said().map(([type]) => type)).toEqual(['take', 'watch', 'resume']);
    expect(said().at(-1)).toEqual(['resume', 'key']);
    latest().answer('resume', { type: 'resumed', debate: 'd', seat: 'judge', seq: 1, turn: null, beliefs: [0.4] });
    await settle();
    latest().tell(reveal(1, 'first', 1, 64));
    expect(seat.state?.seq).toBe(1);
  });

  test('is left by the last who sits there, not by one whose seat the connection has left', async () => {
    const server = connect();
    const seat = server.take('d', 'key');
    const watched = server.watch('d');
    server.release(seat);
    expect(said().map(([type]) => type)).toEqual(['take', 'watch']);
    server.release(watched);
    expect(said().at(-1)).toEqual(['leave', null]);
  });

  test('is asked for again by the next connection, but for a seat that another window has', async () => {
    vi.useFakeTimers();
    const server = connect();
    server.watch('one');
    const taken = server.take('two', 'key');
    latest().tell({ type: 'closed', debate: 'two', reason: 'seat_taken' });
    expect([taken.closed, taken.ended]).toEqual(['seat_taken', true]);
    latest().close();
    vi.runAllTimers();
    vi.useRealTimers();
    latest().tell({ type: 'hello', protocol: VERSION, server: 's', offer: { pixels: [6] }, bounds: {} });
    expect(sockets).toHaveLength(2);
    expect(latest().said.map(({ type, debate }) => [type, debate])).toEqual([['watch', 'one']]);
    server.retake(taken);
    expect(latest().said.at(-1)).toMatchObject({ type: 'take', debate: 'two', token: 'key' });
  });
});

describe('a request', () => {
  test('has the answer with its number', async () => {
    const server = connect();
    const [one, two] = [server.ask({ type: 'leave', debate: 'a' }), server.ask({ type: 'leave', debate: 'b' })];
    const ids = latest().said.map(({ id }) => id);
    latest().tell({ type: 'accepted', id: ids[1], debate: 'b', seq: null, took_ms: null, latency_ms: null });
    latest().tell({ type: 'error', id: ids[0], code: 'not_seated', message: 'no', expected: 'a seat', debate: 'a' });
    expect((await one)?.type).toBe('error');
    expect((await two)?.type).toBe('accepted');
  });

  test('has none where the connection is lost, or there is none', async () => {
    const server = connect();
    const asked = server.ask({ type: 'leave', debate: 'a' });
    latest().close();
    expect(await asked).toBeNull();
    expect(await server.ask({ type: 'leave', debate: 'a' })).toBeNull();
  });

  test('sent too fast is refused with all the others that wait', async () => {
    const server = connect();
    const asked = server.ask({ type: 'leave', debate: 'a' });
    latest().tell({ type: 'error', code: 'too_fast', message: 'too fast', expected: 'fewer', debate: null });
    expect(await asked).toMatchObject({ type: 'error', code: 'too_fast' });
  });
});

test('a server of another version is not spoken to', () => {
  const server = new Server();
  latest().tell({ type: 'hello', protocol: VERSION + 1, server: 's', offer: {}, bounds: {} });
  expect([server.connection.state, server.connection.hello]).toEqual(['outdated', null]);
});
