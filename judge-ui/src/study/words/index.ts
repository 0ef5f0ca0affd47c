// Which language the page speaks.

import { de } from './de';
import { en } from './en';
import type { Words } from './words';

export type { Words } from './words';

export const languages: Words[] = [en, de];

/** The page's own words in a language, or in the nearest that it has: a language in general, or English. */
export function wordsIn(language: string): Words {
  const base = (tag: string) => tag.toLowerCase().split('-')[0];
  return languages.find((words) => words.language === language.toLowerCase()) ?? languages.find((words) => words.language === base(language)) ?? en;
}

/** Which of a study's languages a visitor probably reads, by what their browser asks for; the study's own otherwise. */
export function preferred(offered: string[], wanted: readonly string[], otherwise: string): string {
  const base = (tag: string) => tag.toLowerCase().split('-')[0];
  for (const tag of wanted) {
    const found = offered.find((one) => one.toLowerCase() === tag.toLowerCase()) ?? offered.find((one) => base(one) === base(tag));
    if (found !== undefined) return found;
  }
  return otherwise;
}

/** What a language calls itself. */
export function ownName(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
  } catch {
    // No tag that the browser knows.
    return tag;
  }
}

/** An amount of money in hundredths, as the language writes it. */
export function money(language: string, hundredths: number, currency: string): string {
  const format = (tag: string) => new Intl.NumberFormat(tag, { style: 'currency', currency });
  try {
    return format(language).format(hundredths / 100);
  } catch {
    // No tag that the browser knows.
    return format(en.language).format(hundredths / 100);
  }
}
