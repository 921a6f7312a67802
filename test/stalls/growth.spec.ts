import { canonicalJson, mergeRawObjects, parseRawObject } from '#sdk';
import { attempt, growthOf, MAX_GROWTH } from '#sdk/testing';
import { HOSTILE_JSON } from './hostile-json.js';

const JSON_WORK: Readonly<Record<string, (json: string) => unknown>> = {
  'parsing a request': (json) => parseRawObject(json),
  'comparing with a request before': (json) => canonicalJson(json),
  'merging an update': (json) => mergeRawObjects(json, json),
};

describe.each(Object.entries(JSON_WORK))('%s takes time linear in its length', (_what, work) => {
  test.each(Object.entries(HOSTILE_JSON))('also for %s', (what, make) => {
    expect(growthOf({ what, make, work: attempt(work) })).toBeLessThan(MAX_GROWTH);
  });
});

test('work that is quadratic is found', () => {
  const trimmed = (input: string): string => input.replace(/0+$/, '');
  expect(growthOf({ what: 'zeros', make: (size) => `${'0'.repeat(size)}1`, work: trimmed })).toBeGreaterThan(MAX_GROWTH);
});
