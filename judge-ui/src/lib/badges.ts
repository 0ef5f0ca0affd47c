// Where the numbers of the reveals stand on the board.

import type { Shown } from './debate';

/** Half of a badge's side, in pixels of the image. */
export const REACH = 0.8;

/** The directions in which a badge may stand off its pixel, the best first. */
const DIRECTIONS: [number, number][] = [
  [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1], [1, 0], [-1, 0],
];

/** How far a badge's centre is from its pixel's, in each direction. */
const OFFSET = 1.35;

/** How much room is left around a badge. */
const AIR = 0.45;

/**
 * A centre for each reveal's badge: beside its pixel, on the board, clear of the revealed pixels
 * and of the other badges as far as there is room.
 */
export function badgeCentres(reveals: Pick<Shown, 'pixel'>[], width: number, height: number): [number, number][] {
  const pixels = reveals.map(({ pixel: [x, y] }): [number, number] => [x + 0.5, y + 0.5]);
  const centres: [number, number][] = [];
  for (const [own, [x, y]] of pixels.entries()) {
    const others = pixels.filter((_, index) => index !== own);
    const options = DIRECTIONS.map(([dx, dy]): [number, number] => [x + OFFSET * dx, y + OFFSET * dy]);
    const cost = ([bx, by]: [number, number]): number => {
      const outside = bx < REACH || by < REACH || bx > width - REACH || by > height - REACH;
      const overlap = (reach: number) => ([ox, oy]: [number, number]) =>
        Math.max(0, reach - Math.abs(bx - ox)) * Math.max(0, reach - Math.abs(by - oy));
      const sum = (areas: number[]) => areas.reduce((total, area) => total + area, 0);
      return (outside ? 100 : 0) + sum(others.map(overlap(REACH + 0.5 + AIR))) + sum(centres.map(overlap(2 * REACH + AIR)));
    };
    centres.push(options.reduce((best, option) => (cost(option) < cost(best) ? option : best)));
  }
  return centres;
}
