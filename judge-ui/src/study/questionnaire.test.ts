import { describe, expect, test } from 'vitest';

import type { Question } from '../protocol';
import { answered, faultOf } from './questionnaire';

const choice: Question = { name: 'adult', text: '', required: true, form: { kind: 'choice', options: [['yes', 'Yes'], ['no', 'No']] } };
const scale: Question = { name: 'trust', text: '', required: false, form: { kind: 'scale', from: 0, to: 7, low: null, high: null } };
const text: Question = { name: 'why', text: '', required: true, form: { kind: 'text', longest: 3 } };

describe('an answer', () => {
  test('is missing where it is required, and nowhere else', () => {
    expect(faultOf(choice, {})).toBe('unchosen');
    expect(faultOf(choice, { adult: 'no' })).toBeNull();
    expect(faultOf(scale, {})).toBeNull();
    expect(faultOf(text, { why: ' \n ' })).toBe('unwritten');
    expect(faultOf({ ...text, required: false }, { why: ' ' })).toBeNull();
  });

  test('is too long by its characters, as the server counts them', () => {
    expect(faultOf(text, { why: 'abcd' })).toBe('too_long');
    expect(faultOf(text, { why: '  abc ' })).toBeNull();
    expect(faultOf(text, { why: '👍👍👍' })).toBeNull();
    expect(faultOf({ ...text, required: false }, { why: 'abcd' })).toBe('too_long');
  });
});

test('what is said has the answers that were given, a zero among them, and no others', () => {
  expect(answered([choice, scale, text], { trust: 0, why: ' so ', other: 'x' })).toEqual({ trust: 0, why: 'so' });
  expect(answered([choice, text], { why: '  ' })).toEqual({});
});
