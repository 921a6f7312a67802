import type { Need } from '../broker/needs.js';
import type { Row } from '../row.js';
import { beforehand } from './applicability.js';

const HEADING = { number: 1, level: 'MUST', endpoint: 'bind', section: 'somewhere', since: '2.15', title: 'keeps a rule' } as const;
const visible: Row = { ...HEADING, needs: ['bindable'], check: async () => undefined };
const withAll = { version: '2.17', missing: () => [] } as const;

test('a row is played where its rule is old enough and all it needs is there', () => {
  expect(beforehand(visible, withAll)).toBeUndefined();
  expect(beforehand(visible, { ...withAll, version: '2.15' })).toBeUndefined();
});

test.each([
  ['a rule newer than the broker', visible, { ...withAll, version: '2.14' } as const, /^the rule came with version 2\.15/],
  ['a plan that is missing', visible, { ...withAll, missing: (needs: readonly Need[]) => needs }, /^the broker lacks bindable: a plan/],
])('%s makes it inapplicable, and says so', (_what, row, offered, reason) => {
  expect(beforehand(row, offered)).toEqual({ kind: 'inapplicable', reason: expect.stringMatching(reason) });
});

test('what cannot be seen never passes', () => {
  expect(beforehand({ ...HEADING, cannotBeSeen: 'it is about logs' }, withAll)).toEqual({ kind: 'invisible', reason: 'it is about logs' });
});
