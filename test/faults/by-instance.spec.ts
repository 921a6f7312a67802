import { byInstance } from './by-instance.js';
import type { BackendLedger, ClientEntry, DatabaseState, InstanceRow } from './history.js';

const row = (instanceId: string, backendInstanceId: string): InstanceRow => ({
  incarnation: `incarnation-${instanceId}`,
  platform: 'platform',
  instanceId,
  backend: 'left',
  backendInstanceId,
  serviceId: 'left-service',
  planId: 'left-sync',
  state: 'ready',
});
const asked = (instanceId: string): ClientEntry => ({
  platform: 'platform',
  client: 'korifi',
  kind: 'provision',
  instanceId,
  gateway: 'gateway-1',
  invokedAtMs: 1,
});
const ledger = (name: string, ...ids: string[]): BackendLedger => ({
  name,
  serviceIds: [`${name}-service`],
  calls: ids.map((instanceId) => ({ verb: 'provision', instanceId, atMs: 2 })),
  resources: ids.map((instanceId) => ({ instanceId, status: 'ready' })),
  events: ids.map((instanceId) => ({ kind: 'created', instanceId, atMs: 2 })),
});
const audited = (subject: string) => ({ atMs: 1, action: 'instance.provision', subject, outcome: 'started' });
const database: DatabaseState = {
  instances: [row('one', 'one'), row('two', 'two-at-left')],
  bindings: [
    { incarnation: 'incarnation-key', instanceIncarnation: 'incarnation-two', bindingId: 'key', backendBindingId: 'key', state: 'ready' },
  ],
  operations: [
    { id: 'op-1', kind: 'provision', initiator: 'platform', state: 'succeeded', instanceIncarnation: 'incarnation-one', parked: false, hasFuture: false },
  ],
  transitions: [
    { table: 'operation', id: 'op-1', state: 'running', epoch: 1 },
    { table: 'service_binding', id: 'incarnation-key', state: 'ready' },
  ],
  audit: [audited('instance one'), audited('binding key of instance two')],
};
const slices = byInstance({
  client: [asked('one'), asked('two'), asked('nowhere')],
  backends: [ledger('left', 'one', 'two-at-left', 'stray'), ledger('right', 'two-at-left')],
  database,
});

test('everything about an instance is in its own history, under whatever id a backend knows it', () => {
  const one = slices.get('one');
  expect(one?.database.operations.map(({ id }) => id)).toEqual(['op-1']);
  expect(one?.database.transitions.map(({ id }) => id)).toEqual(['op-1']);
  const two = slices.get('two');
  expect(two?.client.map(({ instanceId }) => instanceId)).toEqual(['two']);
  expect(two?.backends.map(({ resources }) => resources.map(({ instanceId }) => instanceId))).toEqual([['two-at-left'], []]);
  expect(two?.database.bindings.map(({ bindingId }) => bindingId)).toEqual(['key']);
  expect(two?.database.transitions.map(({ id }) => id)).toEqual(['incarnation-key']);
  expect(two?.database.audit.map(({ subject }) => subject)).toEqual(['binding key of instance two']);
});

test('what no row knows of has a history too: an id a platform asked for, and whatever a backend has', () => {
  expect([...slices.keys()].toSorted()).toEqual(['nowhere', 'one', 'stray', 'two', 'two-at-left']);
  expect(slices.get('stray')?.backends[0]?.resources).toEqual([{ instanceId: 'stray', status: 'ready' }]);
  expect(slices.get('two-at-left')?.backends[1]?.calls).toHaveLength(1);
});
