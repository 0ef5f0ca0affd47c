// A participant's way through the study. What the server says is where they are; nothing counts before the server has taken
// it, and what they say is said again until that is so.

import { ask, pause, type Outcome } from '../lib/ask';
import { keep, prefix, recall } from '../lib/keep';
import type { StudyJoin, StudyJoined, Refusal, Reply, Sheet, StudyOffer, Token } from '../protocol';
import { drawn } from '../lib/drawn';
import { isSame, missing, parametersOf, personal, tokenOf } from './link';

/** What is said to a screen, without its step. */
export type Said = Reply extends infer R ? (R extends { step: number } ? Omit<R, 'step'> : never) : never;

/** Where the participant is. */
export type Stage =
  | { at: 'loading' }
  /** They have not joined yet. */
  | { at: 'start'; offer: StudyOffer }
  /** Their link lacks parameters, so that nobody joins by it. */
  | { at: 'missing'; offer: StudyOffer; names: string[] }
  /** They are not let in. */
  | { at: 'barred'; refusal: Refusal }
  | { at: 'sheet'; sheet: Sheet };

interface Kept {
  token: Token;
  parameters: Record<string, string>;
}

/** How often it is asked whether the study goes on, and whether a debater has revealed: at first, and at most. */
const PAUSED_MS: Polls = [3000, 30_000];
const WAITING_MS: Polls = [700, 3000];
/** How often it is asked what comes after the time was over. */
const OVER_MS: Polls = [250, 4000];

type Polls = [first: number, most: number];

export class Session {
  stage: Stage = $state.raw({ at: 'loading' });
  /** When the sheet was told, on the clock of `performance`: its times count from then. */
  heardAt = $state(0);
  /** Why the server has not taken what was said last. */
  refusal: Refusal | null = $state.raw(null);
  /** Whether something that was said is not taken yet. */
  sending = $state(false);
  /** Whether the last request has had no answer, and is made again. */
  lost = $state(false);
  /** The address by which the participant comes back. */
  address: string | null = $state(null);

  #token: Token | null = null;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #polls = 0;
  #reading = false;
  #closed = false;

  /** Finds out where the participant is. */
  async open(): Promise<void> {
    this.stage = { at: 'loading' };
    this.refusal = null;
    const own = tokenOf(location.hash);
    if (own !== null) return this.#return(own);
    const offer = await this.#insist<StudyOffer>(() => ask('/study', null));
    if (offer.is === 'refused') return this.#bar(offer.refusal);
    const given = parametersOf(location.search, offer.value);
    const kept = recall<Kept>(storage(offer.value));
    if (kept && (Object.keys(given).length === 0 || isSame(given, kept.parameters))) return this.#return(kept.token);
    const names = missing(offer.value, given);
    this.stage = names.length > 0 ? { at: 'missing', offer: offer.value, names } : { at: 'start', offer: offer.value };
  }

  /** Joins the study, or comes back to it by the same parameters. */
  async begin(language: string): Promise<void> {
    if (this.stage.at !== 'start' || this.sending) return;
    const parameters = parametersOf(location.search, this.stage.offer);
    // Kept before it is asked: whoever asks again, after a lost answer or a reload, is the same participant.
    const key = this.#key(this.stage.offer);
    this.sending = true;
    const joined = await this.#insist<StudyJoined>(() => ask('/study/participants', null, { parameters, language, key } satisfies StudyJoin));
    this.sending = false;
    if (joined.is === 'refused') return this.#unplaced(joined.refusal);
    keep(storage(joined.value.sheet), { token: joined.value.token, parameters } satisfies Kept);
    this.#arrive(joined.value.token, joined.value.sheet);
  }

  /** Says something to the screen that is shown; once, however often it is called meanwhile. */
  async send(said: Said): Promise<void> {
    if (this.stage.at !== 'sheet' || this.sending) return;
    this.sending = true;
    this.refusal = null;
    await this.#say(said, this.stage.sheet);
    this.sending = false;
    this.#plan();
  }

  async #say(said: Said, to: Sheet): Promise<void> {
    const answer = await this.#insist<Sheet>(() => ask('/study/me', this.#token, { step: to.step, ...said }));
    if (answer.is === 'told') return this.#take(answer.value);
    // The screen stays, with the question that this is.
    if (answer.refusal.code === 'against_belief') {
      this.refusal = answer.refusal;
      return;
    }
    // Said in another tab already, taken without that word of it came, or too late: the server knows what is next.
    const next = await this.#insist<Sheet>(() => ask('/study/me', this.#token));
    if (next.is === 'refused') return this.#bar(next.refusal);
    if (answer.refusal.code === 'stale' && isStillMeant(said, to, next.value)) return this.#say(said, next.value);
    this.#take(next.value);
    if (next.value.step === to.step && next.value.screen.type === to.screen.type) this.refusal = answer.refusal;
  }

  /** Asks where the participant is now: they may have gone on elsewhere, or time has. */
  async refresh(): Promise<void> {
    if (this.stage.at !== 'sheet' || this.sending || this.#reading) return;
    this.#reading = true;
    const answer = await this.#insist<Sheet>(() => ask('/study/me', this.#token));
    this.#reading = false;
    // What is being said has its own answer, which is newer.
    if (this.sending) return;
    if (answer.is === 'told') this.#take(answer.value);
    else this.#bar(answer.refusal);
  }

  /** Asks nothing any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#poll);
  }

  /** By what the server knows this browser again where the link says nothing of who it is. */
  #key(offer: StudyOffer): string {
    const name = `${storage(offer)}.key`;
    const known = recall<string>(name) ?? drawn();
    keep(name, known);
    return known;
  }

  async #return(token: Token): Promise<void> {
    const answer = await this.#insist<Sheet>(() => ask('/study/me', token));
    if (answer.is === 'told') return this.#arrive(token, answer.value);
    if (tokenOf(location.hash) !== null) return this.#bar(answer.refusal);
    // What the browser has kept is not of this study any more.
    const offer = await this.#insist<StudyOffer>(() => ask('/study', null));
    if (offer.is === 'refused') return this.#bar(offer.refusal);
    forget(storage(offer.value));
    await this.open();
  }

  #arrive(token: Token, sheet: Sheet): void {
    this.#token = token;
    this.address = personal(location, token);
    history.replaceState(null, '', this.address);
    // Who has come by their own link comes back without it as well.
    if (recall<Kept>(storage(sheet))?.token !== token) keep(storage(sheet), { token, parameters: {} } satisfies Kept);
    this.#take(sheet);
  }

  /** There is no place: the study says why, or the refusal does. */
  async #unplaced(refusal: Refusal): Promise<void> {
    if (refusal.code !== 'busy') return this.#bar(refusal);
    const offer = await this.#insist<StudyOffer>(() => ask('/study', null));
    if (offer.is === 'refused' || offer.value.status === 'open') return this.#bar(refusal);
    this.refusal = refusal;
    this.stage = { at: 'start', offer: offer.value };
  }

  #bar(refusal: Refusal): void {
    clearTimeout(this.#poll);
    this.stage = { at: 'barred', refusal };
  }

  #take(sheet: Sheet): void {
    const known = this.stage.at === 'sheet' ? this.stage.sheet : null;
    if (known && isOlder(sheet, known)) return this.#plan();
    if (known?.step !== sheet.step) this.refusal = null;
    if (!known || changed(sheet, known)) this.#polls = 0;
    this.heardAt = performance.now();
    this.stage = { at: 'sheet', sheet };
    this.#plan();
  }

  /** Sees to it that the server is asked again when the screen may have changed without the participant. */
  #plan(): void {
    clearTimeout(this.#poll);
    if (this.stage.at !== 'sheet' || this.#closed) return;
    const rest = wait(this.stage.sheet, this.#polls);
    if (rest === null) return;
    this.#poll = setTimeout(() => {
      this.#polls += 1;
      if (this.sending) this.#plan();
      else void this.refresh();
    }, rest);
  }

  /** Asks until there is an answer. */
  async #insist<T>(request: () => Promise<Outcome<T>>): Promise<Exclude<Outcome<T>, { is: 'lost' }>> {
    for (let failed = 0; ; failed += 1) {
      const outcome = await request();
      if (this.#closed) return new Promise(() => {});
      this.lost = outcome.is === 'lost';
      if (outcome.is !== 'lost') return outcome;
      await new Promise((resolve) => setTimeout(resolve, pause(failed, outcome.rest)));
    }
  }
}

/** In how many milliseconds the server is asked again, after so many times that brought nothing new; null for never. */
export function wait({ screen }: Sheet, polls: number): number | null {
  const slower = ([first, most]: Polls) => Math.min(most, first * 1.5 ** polls);
  if (screen.type === 'paused') return slower(PAUSED_MS);
  if (screen.type !== 'item') return null;
  const over = screen.left_ms === null ? null : screen.left_ms + slower(OVER_MS);
  if (screen.asks.what !== 'wait') return over;
  return Math.min(slower(WAITING_MS), over ?? Infinity);
}

/** Whether a sheet is from before another: answers may overtake each other. */
export function isOlder(sheet: Sheet, known: Sheet): boolean {
  if (sheet.participant !== known.participant || sheet.step !== known.step) return sheet.participant === known.participant && sheet.step < known.step;
  return sheet.screen.type === 'item' && known.screen.type === 'item' && sheet.screen.shown.length < known.screen.shown.length;
}

/** Whether what was said to a screen is meant of the one that has come meanwhile, as a debater's pixel comes by itself. */
function isStillMeant(said: Said, to: Sheet, now: Sheet): boolean {
  if (now.step === to.step) return false;
  if (said.type === 'leave') return now.screen.type !== 'stopped';
  return said.type === 'give_up' && to.screen.type === 'item' && now.screen.type === 'item' && now.screen.number === to.screen.number;
}

/** Whether there is something else to see. */
function changed(sheet: Sheet, known: Sheet): boolean {
  const seen = ({ step, screen }: Sheet) => [step, screen.type, ...(screen.type === 'item' ? [screen.shown.length, screen.asks.what] : [])].join();
  return seen(sheet) !== seen(known);
}

/** Under which name the browser keeps the way back. */
const storage = ({ hash }: { hash: string }): string => `study.${hash}`;

function forget(name: string): void {
  try {
    localStorage.removeItem(prefix(name));
  } catch {
    // Nothing was kept.
  }
}
