// The page's words for what it is told.

import type { CloseReason, Debater, OutcomeReason, Player, Refusal, Role, Seat } from '../protocol';
import { choices, claimant, claimed, lead, roleOf, verdictLabel, type Shown } from './debate';
import type { State } from './state';

export const seatName: Record<Debater, string> = { first: 'First debater', second: 'Second debater' };

export const roleName: Record<Role, string> = { honest: 'Honest debater', liar: 'Liar' };

export const closeReason: Record<CloseReason, string> = {
  over: 'The server has let go of this debate: it ended some time ago.',
  absent: 'The server has let go of this debate: somebody who was to play did not come.',
  no_verdict: 'The server has let go of this debate: there is no verdict, for it did not come in time or the judge gave up.',
  seat_taken: 'This seat was taken in another window.',
  sent_away: 'The presenter has sent you away.',
  ended: 'The administrator of the server ended this debate.',
  cancelled: 'Whoever set up this debate has ended it.',
  restarting: 'The server restarts. The debate goes on when it is back.',
  fault: 'The server could not go on with this debate.',
};

const loss: Record<OutcomeReason, string> = {
  verdict: 'lost the verdict',
  time: 'ran out of time',
  illegal_move: 'tried an illegal move',
  absent: 'did not come',
  resignation: 'gave up',
};

/** Who played: an agent of the server, or somebody outside with or without a name. */
export function playerName(player: Player | undefined): string {
  if (player === undefined) return 'unknown';
  if (player === 'outside') return 'somebody unnamed';
  return player.replace(/^outside:/, '');
}

/** Who judged: a classifier by the number of pixels that it is for and by its name, or somebody outside. */
export function judgeName(judge: string): string {
  const [, pixels, name] = /^classifier:(\d+)(?::(.*))?$/s.exec(judge) ?? [];
  if (pixels === undefined) return playerName(judge);
  return `Classifier ${name === undefined ? '' : `${name} `}for ${counted(Number(pixels), 'pixel')}`;
}

/** A digit and its article, as in “an 8”; the name of another class goes without. */
export function withArticle(name: string): [article: string, name: string] {
  if (!/^\d$/.test(name)) return ['', name];
  return [name === '8' ? 'an' : 'a', name];
}

/** A number with a sign that lines up. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 ? `−${text}` : `+${text}`;
}

/** A number of percents, which no line parts from its sign. */
export const percents = (number: number): string => `${number}\u00a0%`;

export const percent = (share: number): string => percents(Math.round(100 * share));

/** An interval of shares. */
export const percentRange = ([low, high]: readonly [number, number]): string => `${Math.round(100 * low)}–${percent(high)}`;

/** A number of things by their name, as “1 debate” and “2 debates”. */
export function counted(number: number, name: string, many = `${name}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? name : many}`;
}

/** A time as a clock shows it. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A length of time in words. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}\u00a0s` : `${Math.floor(seconds / 60)}\u00a0min ${seconds % 60}\u00a0s`;
}

export function place({ pixel: [column, row] }: Pick<Shown, 'pixel'>): string {
  return `column ${column}, row ${row}`;
}

/** What was wrong with a request, as a sentence. */
export function fault({ message }: Refusal): string {
  const said = message.replace(/\bthis token\b/, 'this link');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

/**
 * What a person can do about a refused request, as a sentence; empty where that goes without saying. What the server
 * writes of what it expects is for who writes a program.
 */
export function remedy({ code, expected }: Refusal): string {
  if (expected.startsWith('another try')) return `Try again ${expected.slice('another try '.length)}.`;
  if (code === 'setup') return choice(expected);
  if (code === 'too_fast') return `Try again in ${/in (\d+ seconds?)$/.exec(expected)?.[1] ?? 'a while'}.`;
  if (code === 'wrong_token') return 'You need a link from whoever set up the debate.';
  if (code === 'against_belief') return 'Say why, or choose the other.';
  return '';
}

/** What may be chosen instead of what a setup asked for: the server says the field's name, and its values. */
function choice(expected: string): string {
  const [, field = '', values = ''] = /^([a-z_.]+): (.*)$/.exec(expected) ?? [];
  const [, low, high] = /^(\d+) to (\d+)/.exec(values) ?? [];
  if (low !== undefined && !field.endsWith('_ms')) return `Choose a number from ${low} to ${high}${values.endsWith('null for any') ? ', or any' : ''}.`;
  if (field === 'honest' || field === 'liar') return 'Choose another program for that side.';
  if (/^another /.test(values)) return `Choose ${values}.`;
  return 'Choose something else.';
}

/** What a screen reader says of a reveal. */
export function announce(state: State, reveal: Shown): string {
  const { number, by, value } = reveal;
  return `Reveal ${number} of ${state.view.rules.pixels}, ${by} debater, ${place(reveal)}, value ${value}.`;
}

/** The evidence as a screen reader says it. */
export function evidence(state: State): string {
  if (state.view.evidence.length === 0) return 'No pixel revealed yet';
  return state.view.evidence.map((reveal) => `${place(reveal)}, value ${reveal.value}`).join('; ');
}

/** Who won, in a sentence. */
export function result(state: State, classes: string[]): string {
  const { outcome, truth, seat, role } = state.view;
  if (!outcome || !truth) return '';
  const you = role !== null && seat !== 'spectator' ? (role === outcome.winner ? 'You win. ' : 'You lose. ') : '';
  const loser = outcome.winner === 'honest' ? 'liar' : 'honest debater';
  if (outcome.reason !== 'verdict') return `${you}The ${loser} ${loss[outcome.reason]}.`;
  const label = verdictLabel(state);
  if (label === null) return '';
  const honest = outcome.winner === 'honest';
  if (seat === 'judge') {
    return honest ? 'You were right: the honest debater wins.' : `You said ${classes[label]}: the liar fooled you.`;
  }
  return `${you}The judge said ${classes[label]}: the ${honest ? 'honest debater' : 'liar'} wins.`;
}

/** How a debate ended for one of its judges, who gave that verdict; null where this window does not know it. */
export function judgesResult(state: State, classes: string[], own: number | null): string {
  const together = verdictLabel(state);
  const { truth } = state.view;
  const alone = !state.answered && (own === null || own === together);
  if (alone || together === null || !truth) return result(state, classes);
  const said = (label: number): string => `${classes[label]}, which was ${label === truth.label ? 'right' : 'wrong'}`;
  return `${own === null ? '' : `You said ${said(own)}. `}The judges together said ${said(together)}.`;
}

/** How many of a panel have answered, in a sentence; empty where it is not told, and when it is over. */
export function panelProgress({ panel, view }: State): string {
  if (!panel || view.outcome) return '';
  return `${panel.answered} of ${panel.judges} judges ${panel.answered === 1 ? 'has' : 'have'} answered.`;
}

/** The judge's answer, in a sentence; how the debate ended where there is none. */
export function verdictText(state: State, classes: string[]): string {
  const { verdict } = state.view;
  const label = verdictLabel(state);
  if (verdict === null || label === null) return result(state, classes);
  const sure = verdict.type === 'label' && verdict.probability !== null ? `, with ${percent(verdict.probability)}` : '';
  return `Verdict: ${classes[label]}${sure}.`;
}

/** What an outside judge believed last, in a sentence; empty where it is not told. */
export function lastBelief(state: State, classes: string[]): string {
  const after = state.beliefs.findLastIndex((belief) => belief !== null);
  const belief = state.beliefs[after];
  const [first, second] = claimed(state) ? choices(state) : [];
  if (belief == null || first === undefined || second === undefined) return '';
  const when = after === 0 ? 'Before the first reveal' : afterReveals(after);
  return `${when} the judge gave ${percent(belief)} to ${classes[first]} and ${percent(1 - belief)} to ${classes[second]}.`;
}

/** “After one reveal”, “After 2 reveals”. */
export const afterReveals = (reveals: number): string => `After ${reveals === 1 ? 'one reveal' : counted(reveals, 'reveal')}`;

/** Whose turn it is, and what is asked: of a judge who states beliefs on the way, first of all the one that is due. */
export function turnName(seat: Seat, { mine, timed, belief }: { mine: boolean; timed: boolean; belief: boolean }): string {
  if (seat === 'judge' || seat === 'spectator') {
    if (!mine) return 'The judge decides';
    return belief ? 'Your belief is awaited' : 'Your verdict is awaited';
  }
  if (mine) return 'Your turn';
  return timed ? `${seatName[seat]} to reveal` : `${seatName[seat]} is thinking`;
}

/** What the classifier made of the evidence, for a person who judged. */
export function classifierToo(state: State, classes: string[]): string {
  const last = state.logits[state.view.evidence.length - 1];
  if (state.view.verdict?.type !== 'label' || !last) return '';
  return `From the same pixels the classifier would have said ${classes[lead(last, choices(state)).label]}.`;
}

/** The name of the debater behind a claim: by seat, or by role once it may be known. */
export function claimantName(state: State, label: number): string {
  const debater = claimant(state, label);
  if (debater === null) return '';
  const role = roleOf(state, debater);
  return role ? roleName[role] : seatName[debater];
}
