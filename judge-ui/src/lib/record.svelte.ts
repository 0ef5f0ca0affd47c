// The judge's running record: kept in the browser, on nobody's server.

import type { DebateId, JudgeScore } from '../protocol';
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
  /** How others judged other debates on the same question, likewise. */
  others?: Others | null;
}

/** Verdicts of others, in sum. */
export interface Others {
  right: number;
  of: number;
  /** How many of them said how sure they were, and their log scores together. */
  scored: number;
  scores: number;
}

export function inSum(judges: JudgeScore[]): Others {
  const sum: Others = { right: 0, of: 0, scored: 0, scores: 0 };
  for (const { right, of, scored, score } of judges) {
    sum.right += right;
    sum.of += of;
    sum.scored += scored;
    sum.scores += scored * (score ?? 0);
  }
  return sum;
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

  /** Notes how others did in a debate that was judged here, once. */
  note(debate: DebateId, how: Partial<Pick<Judgement, 'classifier' | 'others'>>): void {
    const own = this.of(debate);
    const news = Object.entries(how).filter(([name]) => own?.[name as keyof typeof how] == null);
    if (!own || news.length === 0) return;
    const noted = { ...own, ...Object.fromEntries(news) };
    this.#set(this.judgements.map((judgement) => (judgement.debate === debate ? noted : judgement)));
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
