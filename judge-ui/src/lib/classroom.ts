// What a class shows, in words and numbers.

import type { Histogram } from '../protocol';
import { counted } from './words';

/** A histogram in a sentence, for those who do not see it. `first` and `second` are the claims. */
export function inWords({ bins }: Histogram, first: string, second: string): string {
  const most = bins.length - 1;
  const sum = (numbers: number[]) => numbers.reduce((all, number) => all + number, 0);
  const [against, undecided, forFirst] = [sum(bins.slice(0, most / 2)), bins[most / 2] ?? 0, sum(bins.slice(most / 2 + 1))];
  return `${counted(sum(bins), 'vote')}: ${forFirst} more for ${first}, ${undecided} undecided, ${against} more for ${second}`;
}

/** Whether phones can find this host: this machine's own address they can't. */
export const reachable = (host: string): boolean => !/^(localhost|127\.|\[::1\])/.test(host);
