// What this browser remembers of before records were kept on the server: it is shown, can be taken along, and is never added to.

import { keep, recall } from './keep';

const NAME = 'judgements';

interface Remembered {
  right: boolean;
}

/** The judgments of then, as they were kept; none where there were none. */
export function remembered(): Remembered[] {
  const kept = recall<unknown>(NAME);
  return Array.isArray(kept) ? kept.filter((one): one is Remembered => typeof one === 'object' && one !== null && 'right' in one) : [];
}

export const forgetRemembered = (): void => keep(NAME, []);
