// What a standing says, as the page needs it.

import type { CellCount, ItemPart, StudyMember, Place, Standing, Status } from '../protocol';

export const statusName: Record<Status, string> = { open: 'Open', full: 'Full', paused: 'Paused', closed: 'Closed' };

export const statusWhat: Record<Status, string> = {
  open: 'People can join, and go on.',
  full: 'All places are taken. Whoever has one can go on.',
  paused: 'Nobody joins, and nobody goes on.',
  closed: 'It has ended, and cannot be opened again.',
};

export const placeName: Record<Place, string> = {
  free: 'Free',
  active: 'Under way',
  finished: 'Finished',
  dropped_out: 'Dropped out',
  screened_out: 'Screened out',
  excluded: 'Excluded',
};

export const partName: Record<ItemPart, string> = { practice: 'practice', main: 'counted', check: 'check' };

/** Who is excluded for what checks they got wrong, in words; nothing where there are none. */
export function rule({ checks: [shown, needed] }: Pick<Standing, 'checks'>): string {
  if (shown === 0 || needed === 0) return '';
  const checks = shown === 1 ? 'the attention check' : `${needed} of ${shown} attention checks`;
  return `Whoever does not get ${checks} right is excluded.`;
}

/** In which order places are shown: what is done first. */
export const places: Place[] = ['finished', 'active', 'free', 'dropped_out', 'screened_out', 'excluded'];

/** How many there are of each. */
export function counts({ places: counted }: Pick<Standing, 'places'>): [Place, number][] {
  const known = new Map(counted);
  return places.map((place) => [place, known.get(place) ?? 0]);
}

/** Cells as a table: conditions down, tiers across. */
export interface Cells {
  tiers: (string | null)[];
  rows: { condition: string; cells: (CellCount | null)[] }[];
}

export function table(cells: CellCount[]): Cells {
  const tiers = [...new Set(cells.map(({ tier }) => tier))];
  const conditions = [...new Set(cells.map(({ condition }) => condition))];
  const find = (condition: string, tier: string | null) => cells.find((cell) => cell.condition === condition && cell.tier === tier) ?? null;
  return { tiers, rows: conditions.map((condition) => ({ condition, cells: tiers.map((tier) => find(condition, tier)) })) };
}

/** By what participants are sorted. */
export type Column = 'participant' | 'state' | 'done' | 'checks' | 'joined' | 'heard' | 'minutes';

export const minutes = ({ joined_ms: joined, heard_ms: heard }: StudyMember): number => Math.max(0, heard - joined) / 60_000;

const keys: Record<Column, (member: StudyMember) => number | string> = {
  participant: ({ participant }) => participant,
  state: ({ state }) => places.indexOf(state),
  done: ({ done }) => done,
  // Failed checks.
  checks: ({ checks: [answered, rightly] }) => answered - rightly,
  joined: ({ joined_ms: joined }) => joined,
  heard: ({ heard_ms: heard }) => heard,
  minutes,
};

/** The names in that order; who is alike stays in the order of coming. */
export function sorted(members: StudyMember[], column: Column, down: boolean): string[] {
  const key = keys[column];
  const compare = (one: StudyMember, other: StudyMember) => {
    const [a, b] = [key(one), key(other)];
    return typeof a === 'string' ? a.localeCompare(String(b), 'en', { numeric: true }) : a - Number(b);
  };
  return [...members].sort((one, other) => (down ? -1 : 1) * compare(one, other)).map(({ participant }) => participant);
}

/** Members in an order that was made earlier, so that nothing moves while it is read; who came since is last. */
export function inOrder(members: StudyMember[], order: string[]): StudyMember[] {
  const place = new Map(order.map((name, index) => [name, index]));
  const of = ({ participant }: StudyMember) => place.get(participant) ?? Infinity;
  // Two that came since keep the order of coming: the sort is stable.
  return [...members].sort((one, other) => (of(one) === of(other) ? 0 : of(one) - of(other)));
}

/** A time as short as it can be said: of today without the day. */
export function time(ms: number, now: number): string {
  const [date, today] = [new Date(ms), new Date(now)];
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === today.toDateString()) return clock;
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock}`;
}
