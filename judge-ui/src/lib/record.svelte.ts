// The judge's running record: kept in the browser, on nobody's server.

import type { DebateId } from '../protocol';
import { keep, prefix, recall } from './keep';

/** How a debate is judged: with a belief after each reveal, or with all of them at once. */
export type Mode = 'moves' | 'whole';

/** How right a judge was. */
export interface Grade {
  right: boolean;
  /** The probability given to the truth; null where none was stated. */
  given: number | null;
}

/** One debate that was judged here. */
export interface Judgement extends Grade {
  debate: DebateId;
  /** When, in milliseconds since 1970. */
  at: number;
  /** How long it took. */
  ms: number;
  pixels: number;
  /** Between how many labels the judge decided. */
  among: number;
  mode: Mode;
  /** The stated probabilities of the first debater's claim, in order. */
  beliefs: number[];
  /** What the classifier made of the same pixels, where the server told. */
  classifier: Grade | null;
}

/** More than anybody judges; the oldest are forgotten. */
const MOST = 2000;

const NAME = 'judgements';

class JudgeRecord {
  judgements: Judgement[] = $state.raw(recall<Judgement[]>(NAME) ?? []);

  constructor() {
    // Another window of the same browser has judged.
    addEventListener('storage', ({ key }) => {
      if (key === prefix(NAME)) this.judgements = recall<Judgement[]>(NAME) ?? [];
    });
  }

  of(debate: DebateId): Judgement | undefined {
    return this.judgements.find((judgement) => judgement.debate === debate);
  }

  /** Notes a judgement, once for each debate. */
  add(judgement: Judgement): void {
    if (!this.of(judgement.debate)) this.#set([...this.judgements, judgement].slice(-MOST));
  }

  /** Notes what the classifier made of a debate that was judged here. */
  compare(debate: DebateId, classifier: Grade): void {
    if (!this.of(debate) || this.of(debate)?.classifier) return;
    this.#set(this.judgements.map((judgement) => (judgement.debate === debate ? { ...judgement, classifier } : judgement)));
  }

  clear(): void {
    this.#set([]);
  }

  #set(judgements: Judgement[]): void {
    this.judgements = judgements;
    keep(NAME, judgements);
  }
}

export const record = new JudgeRecord();
