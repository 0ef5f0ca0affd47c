// What a state says, as the page needs it.

import type { Debater, Image, Reveal, Role } from '../protocol';
import type { State } from './state';

/** How a debater is shown: by seat until the roles may be known, then by role. */
export type Tone = Debater | Role;

export const debaters: Debater[] = ['first', 'second'];

export const otherDebater: Record<Debater, Debater> = { first: 'second', second: 'first' };

export const otherRole: Record<Role, Role> = { honest: 'liar', liar: 'honest' };

/** The role of a debater, where it may be known: to the debaters, and to everybody after the end. */
export function roleOf({ view }: State, debater: Debater): Role | null {
  const first = view.truth?.first ?? view.rules.first;
  if (first === null) return null;
  return debater === 'first' ? first : otherRole[first];
}

export function toneOf(state: State, debater: Debater): Tone {
  return roleOf(state, debater) ?? debater;
}

/** A reveal with its number and the tone of who made it. */
export interface Shown extends Reveal {
  number: number;
  tone: Tone;
}

export function shownReveals(state: State): Shown[] {
  return state.view.evidence.map((reveal, index) => ({
    ...reveal,
    number: index + 1,
    tone: toneOf(state, reveal.by),
  }));
}

/** The debate as it stood after so many reveals; what is known of roles and truth stays. */
export function after(state: State, reveals: number): State {
  const { view, logits, beliefs } = state;
  if (reveals >= view.evidence.length) return state;
  return {
    ...state,
    view: { ...view, evidence: view.evidence.slice(0, reveals) },
    logits: logits.slice(0, reveals),
    beliefs: beliefs.slice(0, reveals + 1),
  };
}

/** Whether the judge decides between two claims: of two labels that are there none need be claimed. */
export function claimed({ view: { rules, claims } }: State): boolean {
  return rules.precommit && claims.first !== null && claims.second !== null;
}

/** The labels between which the judge decides: the claims, or all of them without precommit. */
export function choices(state: State): number[] {
  const { claims, classes } = state.view;
  if (claimed(state)) return [claims.first!, claims.second!];
  return Array.from({ length: classes }, (_, label) => label);
}

/** The debater that claims a label, where the judge knows it. */
export function claimant(state: State, label: number): Debater | null {
  if (!state.view.rules.precommit) return null;
  return debaters.find((debater) => state.view.claims[debater] === label) ?? null;
}

/** Which choice the logits favour most, and by how much. */
export function lead(logits: number[], among: number[]): { label: number; by: number } {
  const ranked = [...among].sort((a, b) => logits[b]! - logits[a]!);
  return { label: ranked[0]!, by: logits[ranked[0]!]! - logits[ranked[1]!]! };
}

/** The label that the judge settled on. */
export function verdictLabel(state: State): number | null {
  const { verdict } = state.view;
  if (verdict === null) return null;
  return verdict.type === 'label' ? verdict.label : lead(verdict.logits, choices(state)).label;
}

/** An image's values, row by row. */
export function values(image: Image): Uint8Array {
  return Uint8Array.from(atob(image.pixels), (byte) => byte.charCodeAt(0));
}
