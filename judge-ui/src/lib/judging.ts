// A person judges one debate: which reveals are shown, and what is to be done next. What the judge believes is
// the server's to keep: a link that is opened anew, here or elsewhere, goes on from there.

import type { DebateId } from '../protocol';
import { keep, recall, thisWindow } from './keep';

/** How a debate is judged: with a belief after each reveal, or with all of them at once. */
export type Mode = 'moves' | 'whole';

/** What the judge is to do: state a belief, wait for a debater, or give the verdict. */
export type Step = 'belief' | 'wait' | 'verdict';

export interface Progress {
  /** How many reveals the judge is shown. */
  shown: number;
  step: Step;
  /** After how many reveals the next belief is stated. */
  due: number;
  /** What was stated last, of the first debater's claim; null before anything was. */
  last: number | null;
}

/** Where the judge is, by the beliefs that the server has, when so many of `pixels` reveals were made. */
export function progress(mode: Mode, beliefs: (number | null)[], made: number, pixels: number): Progress {
  const stated = beliefs.findLastIndex((belief) => belief !== null);
  const last = beliefs[stated] ?? null;
  const due = mode === 'moves' ? stated + 1 : stated < 0 ? 0 : pixels;
  const shown = mode === 'moves' ? Math.min(due, made) : stated >= 0 && made === pixels ? pixels : 0;
  if (stated >= pixels) return { shown: made, step: 'verdict', due: pixels, last };
  return { shown, step: due <= made ? 'belief' : 'wait', due, last };
}

/** How this window judges a debate: as it has begun, if it has. */
export function judging(debate: DebateId, mode: Mode): Mode {
  const begun = recall<unknown>(`judging.${debate}`, thisWindow);
  const how = begun === 'moves' || begun === 'whole' ? begun : mode;
  keep(`judging.${debate}`, how, thisWindow);
  return how;
}
