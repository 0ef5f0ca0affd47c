// The judge's running record: kept in the browser, on nobody's server.

import type { DebateId } from '../protocol';
import type { Judgement } from './grade';
import { keep, prefix, recall } from './keep';

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
