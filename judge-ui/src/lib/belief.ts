// What a judge believes, as probabilities.

import { choices, claimant, claimed, toneOf, verdictLabel, type Tone } from './debate';
import type { State } from './state';

/** The probability that logits give to a label among those between which the judge decides. */
export function probability(logits: number[], label: number, among: number[]): number {
  const most = Math.max(...among.map((other) => logits[other]!));
  const weights = among.map((other) => Math.exp(logits[other]! - most));
  return Math.exp(logits[label]! - most) / weights.reduce((sum, weight) => sum + weight, 0);
}

/** How a belief in one label went: after no reveal, after one, and so on; null where it is not known. */
export interface Curve {
  label: number;
  tone: Tone | 'plain';
  values: (number | null)[];
}

/** The labels whose probabilities are worth a curve. */
export function watchedLabels(state: State): number[] {
  const among = choices(state);
  const { truth } = state.view;
  if (claimed(state)) return [truth?.label ?? among[0]!];
  const leaders = state.logits.map((logits) => among.reduce((best, label) => (logits[label]! > logits[best]! ? label : best)));
  const answer = verdictLabel(state);
  const told = truth ? [truth.label, answer ?? truth.label] : leaders;
  return [...new Set(told)].slice(0, 4);
}

/** The classifier's belief in the labels worth a curve, before the first reveal and after each. */
export function classifierCurves(state: State): Curve[] {
  const among = choices(state);
  return watchedLabels(state).map((label) => ({
    label,
    tone: toneOfLabel(state, label),
    values: [null, ...state.logits.map((logits) => probability(logits, label, among))],
  }));
}

/** The tone of a label: that of the debater who claims it, or of the truth. */
export function toneOfLabel(state: State, label: number): Tone | 'plain' {
  const debater = claimant(state, label);
  if (debater) return toneOf(state, debater);
  return label === state.view.truth?.label ? 'honest' : 'plain';
}

/** A person's belief in the first debater's claim, after so many reveals. */
export interface Belief {
  after: number;
  belief: number;
}

/** What an outside judge believed on the way, as far as it is told; else at least how sure the verdict was. */
export function judgeBeliefs({ view, beliefs }: State): Belief[] {
  const told = beliefs.flatMap((belief, after) => (belief === null ? [] : [{ after, belief }]));
  const { verdict, claims, rules } = view;
  if (told.length > 0 || !rules.precommit || verdict?.type !== 'label' || verdict.probability === null) return told;
  const { label, probability: sure } = verdict;
  return [{ after: view.evidence.length, belief: label === claims.first ? sure : 1 - sure }];
}

/** What the classifier makes of all the evidence; null where it is not told (yet). */
export function finalLogits(state: State): number[] | null {
  const { verdict, evidence } = state.view;
  if (verdict?.type === 'logits') return verdict.logits;
  return state.logits[evidence.length - 1] ?? null;
}
