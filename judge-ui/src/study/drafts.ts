// What has been typed and not been said yet, kept for a reload of this window; gone once it is said.

import { keep, recall, thisWindow } from '../lib/keep';
import type { Sheet } from '../protocol';

interface Draft<T> {
  participant: string;
  step: number;
  typed: T;
}

const NAME = 'study.draft';

/** What was typed to this screen before; null for nothing. */
export function draft<T>({ participant, step }: Sheet): T | null {
  const kept = recall<Draft<T>>(NAME, thisWindow);
  return kept?.participant === participant && kept.step === step ? kept.typed : null;
}

/** Keeps what is typed to this screen, in place of what was typed to others. */
export function keepDraft<T>({ participant, step }: Sheet, typed: T): void {
  keep(NAME, { participant, step, typed } satisfies Draft<T>, thisWindow);
}
