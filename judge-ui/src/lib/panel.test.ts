import { expect, test } from 'vitest';

import type { JudgmentEvent, JudgmentRecord } from '../protocol';
import { panelJudges } from './panel';

const record = (...events: JudgmentEvent[]): JudgmentRecord => ({ events: events.map((event) => ({ event, at_ms: 0, took_ms: 0 })) });
const belief = (after: number, probability: number): JudgmentEvent => ({ type: 'belief', after, probability });

test('one judge is no panel, and debates of before judgments were kept have none', () => {
  expect(panelJudges(undefined, 2)).toEqual([]);
  expect(panelJudges([record(belief(0, 0.5))], 2)).toEqual([]);
});

test('each judge has its beliefs in their places and its verdict, or why there is none', () => {
  const verdict: JudgmentEvent = { type: 'verdict', verdict: { type: 'label', label: 7, probability: 0.75, explanation: 'a bar' } };
  expect(panelJudges([record(belief(0, 0.5), belief(2, 0.25), verdict), record(belief(1, 0.5), { type: 'gave_up' }), record()], 2)).toEqual([
    { number: 1, beliefs: [0.5, null, 0.25], label: 7, sure: 0.75, explanation: 'a bar', end: null },
    { number: 2, beliefs: [null, 0.5, null], label: null, sure: null, explanation: null, end: 'gave up' },
    { number: 3, beliefs: [null, null, null], label: null, sure: null, explanation: null, end: 'did not answer' },
  ]);
});
