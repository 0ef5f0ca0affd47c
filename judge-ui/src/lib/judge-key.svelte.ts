// The key to the judge's record, which the server keeps: all that this browser keeps of it.

import type { JudgeKey as Key } from '../protocol';
import { keep, prefix, recall } from './keep';
import { drawKey, isKey } from './key';

const NAME = 'judge-key';

const kept = (): Key | null => {
  const value = recall<unknown>(NAME);
  return isKey(value) ? value : null;
};

class JudgeKey {
  /** The key; null before anything was judged here. */
  value: Key | null = $state(kept());
  /** Whether the browser keeps it: private windows may not. */
  kept = $state(true);

  constructor() {
    // Another window of the same browser has made one, or taken another.
    addEventListener('storage', ({ key }) => {
      if (key === prefix(NAME)) this.value = kept();
    });
  }

  /** The key with which a judge's seat is taken: a new one where there is none. */
  forJudging(): Key {
    if (this.value !== null) return this.value;
    const drawn = drawKey();
    this.#set(drawn);
    return drawn;
  }

  /** Goes on with a key from elsewhere, and says whether it is one. */
  use(text: string): boolean {
    const key = text.trim();
    if (!isKey(key)) return false;
    this.#set(key);
    return true;
  }

  forget(): void {
    this.#set(null);
  }

  #set(key: Key | null): void {
    this.value = key;
    keep(NAME, key);
    this.kept = kept() === key;
  }
}

export const judgeKey = new JudgeKey();
