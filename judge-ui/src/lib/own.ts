// The debate that this window has set up to be judged here, until it is judged: whoever goes on to another ends it,
// so that what is abandoned does not stay behind at the server.

import type { Created, DebateId, Token } from '../protocol';
import { keep, recall, thisWindow } from './keep';

interface Own {
  debate: DebateId;
  creator: Token;
}

const NAME = 'own';

export const keepOwn = ({ debate, tokens }: Created): void => keep(NAME, { debate, creator: tokens.creator } satisfies Own, thisWindow);

export const ownDebate = (): Own | null => recall<Own>(NAME, thisWindow);

/** Forgets it, or only if it is that one. */
export function forgetOwn(debate?: DebateId): void {
  if (debate === undefined || ownDebate()?.debate === debate) keep(NAME, null, thisWindow);
}
