// What a participant's link says: the parameters of whoever sent the participant, or the token to come back by.

import type { StudyOffer, Token } from '../protocol';

export interface Link {
  token: Token | null;
  /** The parameters that the study names, as far as the link has them. */
  parameters: Record<string, string>;
}

/** The token behind the #, if there is one. Tokens are made of letters, digits, hyphens, underscores and dots. */
export function tokenOf(hash: string): Token | null {
  const [, token] = /^#([\w.-]+)$/.exec(hash) ?? [];
  return token ?? null;
}

/** The parameters that the study names; empty ones are as good as none. */
export function parametersOf(query: string, { parameters }: Pick<StudyOffer, 'parameters'>): Record<string, string> {
  const said = new URLSearchParams(query);
  return Object.fromEntries(parameters.flatMap((name) => (said.get(name) ? [[name, said.get(name)!]] : [])));
}

/** The parameters without which nobody may take part and that are not there. */
export function missing({ parameters, required }: Pick<StudyOffer, 'parameters' | 'required'>, given: Record<string, string>): string[] {
  return required ? parameters.filter((name) => !(name in given)) : [];
}

/** Whether two links were given to the same participant. */
export function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** The address by which the participant comes back. */
export const personal = (place: Pick<Location, 'origin' | 'pathname'>, token: Token): string => `${place.origin}${place.pathname}#${token}`;
