// The answers between which a judge chooses, by keys. A key chooses one; another, Enter, gives it: the verdict is final,
// and whoever types a label and Enter, as into a field, gives it once and sees the truth.

/** How long after a letter the next one goes on with the same name, in milliseconds. */
export const PAUSE_MS = 1500;

/** A choice by keys: the answer's place, and what has been typed of its name. */
export interface Choice {
  at: number;
  typed: string;
}

/**
 * Which of the answers a key chooses; null where it chooses none.
 *
 * A letter goes on with what has been typed: of the names that begin so the one is chosen that is so, or else the first;
 * capital letters are told from small ones as long as some name is written so. A letter with which no name goes on begins anew.
 *
 * @param names What the answers are called, in order.
 * @param at The one that is chosen now; below 0 for none.
 * @param typed What has been typed just before.
 */
export function chosenBy(key: string, names: string[], at: number, typed = ''): Choice | null {
  if ([...key].length === 1) {
    const begun = typed === '' ? [key] : [typed + key, key];
    // A blank before any letter is that of the button that is chosen.
    for (const text of begun.filter((text) => text.trim() !== '')) {
      const found = named(text, names);
      if (found >= 0) return { at: found, typed: text };
    }
    return null;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step === undefined || names.length === 0) return null;
  if (at < 0) return { at: step > 0 ? 0 : names.length - 1, typed: '' };
  return { at: (at + step + names.length) % names.length, typed: '' };
}

/** The place of the name that a text stands for; below 0 where it stands for none. */
function named(text: string, names: string[]): number {
  const small = text.toLowerCase();
  const ways: ((name: string) => boolean)[] = [
    (name) => name === text,
    (name) => name.startsWith(text),
    (name) => name.toLowerCase() === small,
    (name) => name.toLowerCase().startsWith(small),
  ];
  for (const way of ways) {
    const found = names.findIndex(way);
    if (found >= 0) return found;
  }
  return -1;
}

/** The places of the names that have a text in them, however it is written: all of them where there is none. */
export function having(text: string, names: string[]): number[] {
  const wanted = text.trim().toLowerCase();
  return names.flatMap((name, place) => (name.toLowerCase().includes(wanted) ? [place] : []));
}
