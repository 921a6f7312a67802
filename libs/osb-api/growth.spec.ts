import { attempt, growthOf, MAX_GROWTH, type Growing } from '#sdk/testing';
import { readApiVersion } from './headers/api-version.js';
import { readOriginatingIdentity } from './headers/originating-identity.js';
import { readResourceId } from './request/resource-id.js';

const INPUTS: readonly Growing[] = [
  { what: 'a version header', make: (size) => `2.${'1'.repeat(size)}`, work: readApiVersion },
  { what: 'an originating identity', make: (size) => `a ${'A'.repeat(size)}!`, work: readOriginatingIdentity },
  { what: 'blanks in an originating identity', make: (size) => `a${' '.repeat(size)}`, work: readOriginatingIdentity },
  { what: 'an id', make: (size) => '😀'.repeat(size / 2), work: (id) => readResourceId('instance_id', id) },
];

test.each(INPUTS)('reading $what takes time linear in its length', (growing) => {
  expect(growthOf({ ...growing, work: attempt(growing.work) })).toBeLessThan(MAX_GROWTH);
}, 120_000);
