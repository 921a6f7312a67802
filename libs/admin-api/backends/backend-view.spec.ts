import { retryBounds, Timings, type Backend } from '#core';
import { backendView, leftOutView, type BackendFacts } from './backend-view.js';
import { backendView as schema } from './backend.schema.js';

const backend: Backend = {
  id: 'id-1',
  name: 'orders',
  type: 'demo',
  state: 'closed',
  closedMessage: 'moved',
  settings: { password: 'canary-secret' },
  policy: { promoteAfterMs: 5_000 },
  planPolicies: { 'p-1': { bridgeSync: false } },
  version: 3,
  createdAt: new Date(0),
};

const facts: BackendFacts = {
  settings: { password: '********' },
  instances: 2,
  calls: { breaker: 'closed' as const, callsUnderWay: 0, mostCalls: 64 },
  retries: retryBounds(new Timings(), { longestPollMs: 5_000 }),
  condition: { backendId: 'id-1', fetchedAt: new Date(1000), leftOut: [], leftOutCount: 0, warnings: [], warningCount: 0 },
  services: 1,
  capabilities: {},
  warnings: [],
};

const nameOf = (id: string): string => ({ 'id-2': 'legacy' })[id] ?? id;
const warningsWith = (more: Partial<BackendFacts>): readonly string[] => backendView(backend, { ...facts, ...more }, nameOf).warnings;

test('a backend is shown as the reference says, with the settings that were masked', () => {
  const view = backendView(backend, facts, nameOf);
  expect(schema.parse(view)).toEqual({
    ...backend,
    settings: { password: '********' },
    calls: facts.calls,
    retries: { firstPollMs: 1_000, longestPollMs: 5_000, longestRetryMs: 600_000, longestRetryAfterMs: 600_000 },
    createdAt: '1970-01-01T00:00:00.000Z',
    instances: 2,
    catalog: { services: 1, fetchedAt: '1970-01-01T00:00:01.000Z', leftOut: [], leftOutCount: 0, warnings: [], warningCount: 0 },
    warnings: [],
  });
});

test('a service that another backend has names it', () => {
  expect(leftOutView({ serviceId: 's', reason: 'taken', heldBy: 'id-2' }, nameOf)).toEqual({
    serviceId: 's',
    reason: 'taken',
    heldBy: 'legacy',
  });
});

test.each<[string, Partial<BackendFacts>, RegExp]>([
  ['unbind revokes nothing', { capabilities: { sharedCredentials: true } }, /^all bindings of an instance share credentials/],
  ['its catalog was never read', { condition: { backendId: 'id-1', leftOut: [], leftOutCount: 0, warnings: [], warningCount: 0, failure: 'down' } }, /it offers nothing$/],
])('an operator is warned when %s', (_what, more, warning) => {
  expect(warningsWith(more)).toEqual([expect.stringMatching(warning)]);
});

test('an operator is warned when a backend cannot be made ready', () => {
  const { capabilities: _, ...without } = facts;
  expect(backendView(backend, without, nameOf).warnings).toEqual([expect.stringMatching(/^it cannot be called: type "demo"/)]);
});
