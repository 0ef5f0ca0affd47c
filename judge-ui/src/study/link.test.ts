import { expect, test } from 'vitest';

import { isSame, missing, parametersOf, personal, tokenOf } from './link';

const offer = { parameters: ['PROLIFIC_PID', 'STUDY_ID'], required: true };

test('the parameters that the study names are taken from the link, and no others', () => {
  expect(parametersOf('?PROLIFIC_PID=a%20b&utm=x&STUDY_ID=', offer)).toEqual({ PROLIFIC_PID: 'a b' });
  expect(parametersOf('', offer)).toEqual({});
});

test('what is missing is said where nobody may take part without it', () => {
  expect(missing(offer, { PROLIFIC_PID: 'a' })).toEqual(['STUDY_ID']);
  expect(missing({ ...offer, required: false }, {})).toEqual([]);
});

test.each([
  ['#p0001.tok-en_1', 'p0001.tok-en_1'],
  ['', null],
  ['#', null],
  ['#/study', null],
  ['#a b', null],
])('behind the #, %j is the token %j', (hash, token) => expect(tokenOf(hash)).toBe(token));

test('the personal link has the token, and nothing of who sent the participant', () => {
  const place = new URL('https://study.example/?PROLIFIC_PID=a#x');
  expect(personal(place, 'token')).toBe('https://study.example/#token');
});

test('links are the same with the same parameters, in any order', () => {
  expect(isSame({ a: '1', b: '2' }, { b: '2', a: '1' })).toBe(true);
  expect(isSame({ a: '1' }, { a: '2' })).toBe(false);
  expect(isSame({ a: '1' }, { a: '1', b: '2' })).toBe(false);
});
