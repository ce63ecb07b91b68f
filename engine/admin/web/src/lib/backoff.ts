const first = 500;
const most = 15_000;

/**
 * delay returns how long to wait before the nth try to come back, in milliseconds: twice as long each time, and anywhere
 * within its upper half, so that a hundred pages do not come back at one moment.
 */
export function delay(n: number, random: () => number = Math.random): number {
  const whole = Math.min(most, first * 2 ** Math.min(n, 16));
  return whole / 2 + (random() * whole) / 2;
}
