// The links by which others take their seats in a debate that was set up here: kept for a reload.

import type { DebateId, Token, Tokens, Visibility } from '../protocol';
import { keep, recall, thisWindow } from './keep';
import { link } from './route.svelte';
import type { State } from './state';

export interface Invitation {
  name: string;
  url: string;
}

interface Kept {
  invitations: Invitation[];
  /** The links to the seats of the other judges of a panel. */
  judges: Invitation[];
  /** The key for spectators, where the debate is private. */
  spectator: Token | null;
}

/** Keeps the links to the seats for which there are tokens, and the one for spectators. */
export function invite(debate: DebateId, { honest, liar, judge, panel, spectator }: Tokens, visibility: Visibility): void {
  const opponent = honest ?? liar;
  const invitations: Invitation[] = [
    ...(opponent ? [{ name: 'Link for the other debater', url: link({ view: 'play', debate, token: opponent }) }] : []),
    ...(judge ? [{ name: 'Link for the judge', url: link({ view: 'seat', debate, token: judge }) }] : []),
    { name: `Link for spectators${visibility === 'unlisted' ? ', from the verdict on' : ''}`, url: link({ view: 'watch', debate, ...key(spectator) }) },
  ];
  // The first seat is for whoever sets the debate up.
  const judges = (panel ?? []).map((token, index) => ({ name: `Link for judge ${index + 1}`, url: link({ view: 'seat', debate, token }) })).slice(1);
  keep(`invitations.${debate}`, { invitations, judges, spectator } satisfies Kept, thisWindow);
}

const kept = (debate: DebateId): Kept | null => recall<Kept>(`invitations.${debate}`, thisWindow);

export const invitations = (debate: DebateId): Invitation[] => kept(debate)?.invitations ?? [];

/** The links for the other judges of a panel, in the window that has set the debate up. */
export const judgeInvitations = (debate: DebateId): Invitation[] => kept(debate)?.judges ?? [];

/** The key for spectators, for an address, where this window has set up the debate and it is private. */
export const spectatorKey = (debate: DebateId): { token?: Token } => key(kept(debate)?.spectator ?? null);

/** The key with which whoever had a seat replays the debate: of a private one that for spectators, else the seat's own. */
export const replayKey = ({ debate, visibility }: State, seat: Token): { token?: Token } =>
  visibility === 'private' ? { token: spectatorKey(debate).token ?? seat } : {};

/** A key for spectators, for an address. */
export const key = (token: Token | null | undefined): { token?: Token } => (token ? { token } : {});
