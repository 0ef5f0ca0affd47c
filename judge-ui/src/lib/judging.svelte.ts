// A person judges one debate: which reveals are shown, what was stated, and what is to be done next.

import type { DebateId } from '../protocol';
import { keep, recall, thisWindow } from './keep';
import type { Mode } from './record.svelte';

/** What the judge is to do: state a belief, wait for a debater, or give the verdict. */
export type Step = 'belief' | 'wait' | 'verdict';

interface Kept {
  mode: Mode;
  beliefs: number[];
  started: number;
}

export class Judging {
  readonly mode: Mode;
  /** When the judge began, in milliseconds since 1970. */
  readonly started: number;
  /** The stated probabilities of the first debater's claim: before the first reveal, and after. */
  beliefs: number[] = $state.raw([]);

  /** Goes on where this window was with the debate, if it was. */
  constructor(
    private readonly debate: DebateId,
    mode: Mode,
  ) {
    const kept = recall<Kept>(`judging.${debate}`, thisWindow);
    this.mode = kept?.mode ?? mode;
    this.started = kept?.started ?? Date.now();
    this.beliefs = kept?.beliefs ?? [];
    this.#keep();
  }

  state(belief: number): void {
    this.beliefs = [...this.beliefs, belief];
    this.#keep();
  }

  /** How many reveals the judge is shown, of those that were made and those there will be. */
  shown(made: number, pixels: number): number {
    if (this.mode === 'moves') return Math.min(this.beliefs.length, made);
    return this.beliefs.length > 0 && made === pixels ? pixels : 0;
  }

  step(made: number, pixels: number): Step {
    const stated = this.beliefs.length;
    const last = this.mode === 'moves' ? pixels : 1;
    if (stated > last) return 'verdict';
    const due = this.mode === 'moves' ? stated : stated * pixels;
    return due <= made ? 'belief' : 'wait';
  }

  #keep(): void {
    const { mode, beliefs, started } = this;
    keep(`judging.${this.debate}`, { mode, beliefs, started } satisfies Kept, thisWindow);
  }
}
