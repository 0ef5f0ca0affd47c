// The links by which others take their seats in a debate that was set up here: kept for a reload.

import type { DebateId, Tokens } from '../protocol';
import { keep, recall, thisWindow } from './keep';
import { link } from './route.svelte';

export interface Invitation {
  name: string;
  url: string;
}

/** Keeps the links to the seats for which there are tokens. */
export function invite(debate: DebateId, { honest, liar, judge }: Tokens): void {
  const opponent = honest ?? liar;
  const invitations: Invitation[] = [
    ...(opponent ? [{ name: 'Link for the other debater', url: link({ view: 'play', debate, token: opponent }) }] : []),
    ...(judge ? [{ name: 'Link for the judge', url: link({ view: 'seat', debate, token: judge }) }] : []),
    { name: 'Link for spectators', url: link({ view: 'watch', debate }) },
  ];
  keep(`invitations.${debate}`, invitations, thisWindow);
}

export const invitations = (debate: DebateId): Invitation[] => recall<Invitation[]>(`invitations.${debate}`, thisWindow) ?? [];
