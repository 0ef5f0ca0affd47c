// What each judge of a panel made of a debate, as its record tells.

import type { JudgmentRecord } from '../protocol';

/** One judge of a panel. */
export interface PanelJudge {
  /** From 1. */
  number: number;
  /** What the judge believed of the first debater’s claim, before the first reveal and after each; null where it has not said it. */
  beliefs: (number | null)[];
  /** The label of the verdict; null where there is none. */
  label: number | null;
  /** How sure the judge was of it; null where it did not say. */
  sure: number | null;
  explanation: string | null;
  /** How it ended where there is no verdict. */
  end: 'gave up' | 'did not answer' | null;
}

/** The judges of a panel, for so many reveals; none where one judged. */
export function panelJudges(judgments: JudgmentRecord[] | undefined, reveals: number): PanelJudge[] {
  if (!judgments || judgments.length < 2) return [];
  return judgments.map(({ events }, index) => {
    const judge: PanelJudge = {
      number: index + 1,
      beliefs: Array.from({ length: reveals + 1 }, () => null),
      label: null,
      sure: null,
      explanation: null,
      end: 'did not answer',
    };
    for (const { event } of events) {
      if (event.type === 'belief') judge.beliefs[event.after] = event.probability;
      else if (event.type === 'gave_up') judge.end = 'gave up';
      else if (event.type === 'verdict' && event.verdict.type === 'label') {
        const { label, probability, explanation } = event.verdict;
        Object.assign(judge, { label, sure: probability, explanation: explanation ?? null, end: null } satisfies Partial<PanelJudge>);
      }
    }
    return judge;
  });
}
