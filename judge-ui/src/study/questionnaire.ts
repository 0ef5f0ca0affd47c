// The answers to a questionnaire: what is missing or too long, and what is said of it to the server.

import type { Given, Question } from '../protocol';

/** What has been entered so far: an option's name, a number, or words. */
export type Entered = Record<string, Given>;

/** What is wrong with an answer. */
export type Fault = 'unchosen' | 'unwritten' | 'too_long';

/** How many characters a text has as the server counts them. */
export const characters = (text: string): number => [...text].length;

export function faultOf({ name, form, required }: Question, entered: Entered): Fault | null {
  const given = entered[name];
  if (form.kind !== 'text') return given === undefined && required ? 'unchosen' : null;
  const text = typeof given === 'string' ? given.trim() : '';
  if (text === '') return required ? 'unwritten' : null;
  return characters(text) > form.longest ? 'too_long' : null;
}

/** What is said: without the answers that nobody gave. */
export function answered(questions: Question[], entered: Entered): Entered {
  const given = questions.flatMap(({ name }): [string, Given][] => {
    const answer = entered[name];
    const said = typeof answer === 'string' ? answer.trim() : answer;
    return said === undefined || said === '' ? [] : [[name, said]];
  });
  return Object.fromEntries(given);
}

/** Of how many numbers a scale has a row of them; of more it is a slider. */
export const ROW = 11;
