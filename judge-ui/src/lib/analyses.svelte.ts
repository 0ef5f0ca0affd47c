// What the server makes of the positions of a debate that is over: asked for once each, when looked at.

import { SvelteMap } from 'svelte/reactivity';

import type { Analysis, DebateId, Refusal, Token } from '../protocol';
import { get } from './http';

/** How long a position is looked at before it is asked for: whoever goes past asks for nothing. */
const REST_MS = 300;

/** How long is waited where the server is busy with other positions. */
const BUSY_MS = 1500;

export class Analyses {
  #known = new SvelteMap<number, Analysis | Refusal>();
  #under = new Set<number>();

  constructor(
    private readonly debate: DebateId,
    private readonly token: Token | null,
  ) {}

  /** What is known of the position after so many reveals; null while nothing is. */
  of(revealed: number): Analysis | Refusal | null {
    return this.#known.get(revealed) ?? null;
  }

  /** Asks for a position unless it is known, until the returned function is called. */
  want(revealed: number): () => void {
    let wanted = true;
    const ask = async (): Promise<void> => {
      if (this.#isSettled(revealed)) return;
      await this.#ask(revealed);
      if (wanted) timer = setTimeout(() => void ask(), BUSY_MS);
    };
    let timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }

  async #ask(revealed: number): Promise<void> {
    if (this.#under.has(revealed)) return;
    this.#under.add(revealed);
    const { value, refusal } = await get<Analysis>(`/debates/${this.debate}/analysis?revealed=${revealed}`, this.token);
    this.#under.delete(revealed);
    this.#known.set(revealed, value ?? refusal);
  }

  /** Whether asking again would bring nothing new. */
  #isSettled(revealed: number): boolean {
    const known = this.#known.get(revealed);
    return known !== undefined && !('code' in known && isBusy(known));
  }
}

/** Whether the server may answer when it is asked again. */
export const isBusy = ({ code }: Refusal): boolean => code === 'busy' || code === 'unavailable';

/** A reveal that could be made, and what it would do. */
export interface Reply {
  pixel: [number, number];
  /** The margin after it. */
  margin: number;
  /** By how much it moves the margin: above 0 towards the truth. */
  change: number;
}

/** Every legal reveal, the best at once for whoever is to reveal first. */
export function replies({ margin, by, prospects }: Analysis): Reply[] {
  const sign = by === 'liar' ? -1 : 1;
  return prospects
    .map(({ pixel, margin: after }) => ({ pixel, margin: after, change: after - margin }))
    .sort((a, b) => sign * (b.margin - a.margin));
}

/** How strongly a change is painted, from 0 to 1, where `most` is the largest. */
export function strength(change: number, most: number): number {
  return most === 0 ? 0 : Math.sqrt(Math.abs(change) / most);
}
