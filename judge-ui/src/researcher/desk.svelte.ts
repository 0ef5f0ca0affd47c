// The researcher's desk: how the study stands, told every few seconds, and what is ordered.

import { ask, pause } from '../lib/ask';
import { drawn } from '../lib/drawn';
import { keep, prefix, recall, thisWindow } from '../lib/keep';
import type { Export, Order, Peeked, Refusal, SentOrder, Standing, Token } from '../protocol';

/** How often it is asked how the study stands. */
const EVERY_MS = 4000;
/** How long what has come of the study may take: it may be large. */
const HANDING_MS = 600_000;
/** In this window alone: whoever closes it has to have the token again. */
const NAME = 'researcher';

/** How often an order is sent that no answer comes to. */
const MOST_TRIES = 8;

/** What came of an order. */
export type Done = { is: 'done' } | { is: 'refused'; refusal: Refusal } | { is: 'unknown' };

export class Desk {
  token: Token | null = $state(null);
  standing: Standing | null = $state.raw(null);
  /** When it was told, in milliseconds since 1970. */
  toldAt = $state(0);
  /** Why it is not told. */
  refusal: Refusal | null = $state.raw(null);
  /** Whether the last question had no answer. */
  lost = $state(false);
  /** The accuracy as it was when somebody looked from here, and when that was. */
  peeked: { at: number; value: Peeked } | null = $state.raw(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** Takes the token from behind the #, where it does not stay, or that of this window. */
  open(): void {
    const [, given] = /^#([\w.-]+)$/.exec(location.hash) ?? [];
    if (given !== undefined) history.replaceState(null, '', location.pathname);
    const token = given ?? recall<Token>(NAME, thisWindow);
    if (token) this.enter(token);
  }

  enter(token: Token): void {
    this.token = token;
    this.refusal = null;
    void this.read();
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.token = null;
    this.standing = null;
    this.peeked = null;
    try {
      sessionStorage.removeItem(prefix(NAME));
    } catch {
      // Nothing was kept.
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }

  async read(): Promise<void> {
    clearTimeout(this.#timer);
    const asked = (this.#asked += 1);
    const told = await ask<Standing>('/study/standing', this.token);
    // Something newer was asked meanwhile.
    if (asked !== this.#asked) return;
    this.lost = told.is === 'lost';
    if (told.is === 'refused') {
      this.leave();
      this.refusal = told.refusal;
      return;
    }
    if (told.is === 'told') this.#take(told.value);
    this.#timer = setTimeout(() => void this.read(), Math.max(EVERY_MS, told.is === 'lost' ? told.rest : 0));
  }

  /**
   * Orders: without an answer again and again, up to a number of times. It has an id, so that the server carries it out once;
   * whoever orders the same anew after that gives the id of before.
   */
  async order(order: Order, id: string = drawn()): Promise<Done> {
    const { token } = this;
    let told = await ask<Standing>('/study/orders', token, { id, ...order } satisfies SentOrder);
    for (let tries = 1; told.is === 'lost' && tries < MOST_TRIES && this.token === token; tries += 1) {
      const { rest } = told;
      await new Promise((resolve) => setTimeout(resolve, pause(tries - 1, rest)));
      told = await ask<Standing>('/study/orders', token, { id, ...order } satisfies SentOrder);
    }
    if (told.is === 'told') {
      // What was asked before this knows nothing of it.
      this.#asked += 1;
      clearTimeout(this.#timer);
      this.#take(told.value);
      if (told.value.peeked) this.peeked = { at: Date.now(), value: told.value.peeked };
      this.#timer = setTimeout(() => void this.read(), EVERY_MS);
      return { is: 'done' };
    }
    void this.read();
    return told.is === 'refused' ? told : { is: 'unknown' };
  }

  /** Has what has come of the study handed out, once, and saves it as a file: the server notes that somebody looked. */
  async save(what: Export): Promise<Done> {
    const told = await ask<object>('/study/export', this.token, what, HANDING_MS);
    void this.read();
    if (told.is !== 'told') return told.is === 'refused' ? told : { is: 'unknown' };
    const file = URL.createObjectURL(new Blob([JSON.stringify(told.value)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = file;
    link.download = `${what.type}-${this.standing?.hash.slice(0, 8) ?? 'study'}.json`;
    link.click();
    // Once the browser has taken it.
    setTimeout(() => URL.revokeObjectURL(file), HANDING_MS);
    return { is: 'done' };
  }

  #take(standing: Standing): void {
    if (this.token !== null) keep(NAME, this.token, thisWindow);
    this.standing = standing;
    this.toldAt = Date.now();
  }
}
