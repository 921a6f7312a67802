import { attempt, growthOf, MAX_GROWTH, type Growing } from '#sdk/testing';
import { descriptionCleaner } from './description.js';
import { retryAfterMs } from './retry-after.js';

const clean = descriptionCleaner('broker.example.com:443');

const INPUTS: readonly Growing[] = [
  { what: 'a Retry-After', make: (size) => `Mon, ${'11:'.repeat(size / 3)}`, work: (header) => retryAfterMs(header, 0) },
  { what: "a broker's description", make: (size) => 'http://broker.example.com '.repeat(size / 26), work: clean },
  { what: 'URLs that never are', make: (size) => '://'.repeat(size / 3), work: clean },
  { what: 'one long word', make: (size) => 'a'.repeat(size), work: clean },
  { what: 'HTML that never is', make: (size) => '<'.repeat(size), work: clean },
];

test.each(INPUTS)('reading $what takes time linear in its length', (growing) => {
  expect(growthOf({ ...growing, work: attempt(growing.work) })).toBeLessThan(MAX_GROWTH);
}, 120_000);
