// The judge's record, as the server has it: whoever has the key reads it.

import type { DebateId, Judged, JudgeRecord as Part, JudgeTotals, Refusal } from '../protocol';
import { get } from './http';
import { judgeKey } from './judge-key.svelte';

class JudgeRecord {
  /** The judgments that were asked for so far, the newest first. */
  judgments: Judged[] = $state.raw([]);
  /** How good they are together; null while the record is not told. */
  totals: JudgeTotals | null = $state.raw(null);
  /** Where the part begins that was not asked for yet; null where there is none. */
  next: number | null = $state(null);
  /** How many the server leaves out, since what its store has of them is damaged. */
  damaged = $state(0);
  refusal: Refusal | null = $state.raw(null);
  reading = $state(false);

  /** What is read last counts: an answer that comes after another was asked for is not looked at. */
  #asked = 0;
  /** Whose record it is that is known. */
  #of: string | null = null;

  /** Reads the newest part, of the key that there is now. */
  async read(): Promise<void> {
    const key = judgeKey.value;
    if (key !== this.#of) {
      this.#of = key;
      this.#asked += 1;
      this.reading = false;
      this.#take({ judgments: [], next: null, damaged: 0, totals: null });
    }
    if (key === null) return;
    const part = await this.#ask('/judge', key);
    if (part) this.#take(part);
  }

  /** Reads the part after those that are known, and says whether it came. */
  async more(): Promise<boolean> {
    const { next } = this;
    if (next === null || judgeKey.value === null) return false;
    const part = await this.#ask(`/judge?before=${next}`, judgeKey.value);
    if (!part) return false;
    const { judgments, damaged, totals } = this;
    this.#take({ ...part, judgments: [...judgments, ...part.judgments], damaged: damaged + part.damaged, totals });
    return true;
  }

  /** What was made of a debate, as far as that was read. */
  of(debate: DebateId): Judged | null {
    return this.judgments.find((judged) => judged.debate === debate) ?? null;
  }

  async #ask(path: string, key: string): Promise<Part | null> {
    const asked = (this.#asked += 1);
    this.reading = true;
    const { value, refusal } = await get<Part>(path, key);
    if (asked !== this.#asked) return null;
    this.reading = false;
    this.refusal = refusal;
    return value;
  }

  #take({ judgments, next, damaged, totals }: Part): void {
    this.judgments = judgments;
    this.next = next;
    this.damaged = damaged;
    this.totals = totals;
    this.refusal = null;
  }
}

export const record = new JudgeRecord();
