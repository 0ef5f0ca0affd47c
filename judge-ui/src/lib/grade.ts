// How well a debate was judged.

import type { DebateId, JudgeScore } from '../protocol';
import { finalLogits, probability } from './belief';
import { choices, lead } from './debate';
import type { Judging, Mode } from './judging';
import type { State } from './state';

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

/** What a person's judgement comes to, once there is a verdict and the truth is told; null before. */
export function judged(state: State, { mode, started, answer }: Judging, now: number): Judgement | null {
  const { truth, claims, rules } = state.view;
  // What a panel has decided is no judgement of the visitor’s.
  const told = state.answered || state.view.verdict?.type !== 'label' ? null : state.view.verdict;
  const verdict = state.view.verdict && (answer ?? told);
  if (!verdict || !truth) return null;
  const labels = choices(state);
  const right = verdict.label === truth.label;
  const two = labels.length === 2;
  const beliefs = state.beliefs.filter((belief) => belief !== null);
  const last = beliefs.at(-1) ?? null;
  // Who stated no belief may still have said how sure the verdict was; that of a wrong one among many says
  // nothing of the truth.
  const sure = right ? verdict.probability : two && verdict.probability !== null ? 1 - verdict.probability : null;
  return {
    debate: state.debate,
    at: now,
    ms: now - started,
    pixels: rules.pixels,
    among: labels.length,
    mode,
    beliefs,
    right,
    given: two && last !== null ? (claims.first === truth.label ? last : 1 - last) : sure,
    classifier: null,
    others: null,
  };
}

/** What the classifier made of the same pixels; null while it is not told. */
export function classifierGrade(state: State): Grade | null {
  const { truth } = state.view;
  const logits = finalLogits(state);
  if (!logits || !truth) return null;
  const labels = choices(state);
  return { right: lead(logits, labels).label === truth.label, given: probability(logits, truth.label, labels) };
}
