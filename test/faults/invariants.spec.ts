import type { BackendLedger, BindingRow, ClientEntry, DatabaseState, History, InstanceRow, OperationRow } from './history.js';
import { violations } from './invariants.js';

/** Times of the story below, in the order they happen. */
const T = { asked: 1_000, called: 1_010, made: 1_020, told: 1_030, later: 2_000 };

const instance: InstanceRow = {
  incarnation: 'incarnation-1',
  platform: 'platform',
  instanceId: 'one',
  backend: 'left',
  backendInstanceId: 'one',
  serviceId: 'left-service',
  planId: 'left-sync',
  state: 'ready',
};
const binding: BindingRow = {
  incarnation: 'incarnation-2',
  instanceIncarnation: 'incarnation-1',
  bindingId: 'key',
  backendBindingId: 'key',
  state: 'ready',
};
const operation = (id: string, kind: OperationRow['kind'], more: Partial<OperationRow> = {}): OperationRow => ({
  id,
  kind,
  initiator: 'platform',
  state: 'succeeded',
  instanceIncarnation: 'incarnation-1',
  parked: false,
  hasFuture: false,
  ...more,
});
const entry = (kind: ClientEntry['kind'], more: Partial<ClientEntry> = {}): ClientEntry => ({
  platform: 'platform',
  client: 'cloud-controller',
  gateway: 'gateway-1',
  kind,
  instanceId: 'one',
  invokedAtMs: T.asked,
  returnedAtMs: T.told,
  ...more,
});
const call = { verb: 'provision', instanceId: 'one', serviceId: 'left-service', atMs: T.called, endedAtMs: T.made, status: 201 } as const;
const trail = (verb: string, atMs: number, outcome: string, operationId: string, subject = 'instance one') => ({
  atMs,
  action: `${subject.startsWith('binding') ? 'binding' : 'instance'}.${verb}`,
  subject,
  operationId,
  outcome,
});

/** An instance and a binding, made without any trouble. */
const left: BackendLedger = {
  name: 'left',
  serviceIds: ['left-service'],
  calls: [call, { ...call, verb: 'bind', bindingId: 'key', atMs: T.later, endedAtMs: T.later + 10 }],
  resources: [
    { instanceId: 'one', planId: 'left-sync', status: 'ready' },
    { instanceId: 'one', bindingId: 'key', status: 'ready', credentials: '{"password":"secret"}' },
  ],
  events: [
    { kind: 'created', instanceId: 'one', atMs: T.made },
    { kind: 'created', instanceId: 'one', bindingId: 'key', atMs: T.later + 5 },
  ],
};
const right: BackendLedger = { name: 'right', serviceIds: ['right-service'], calls: [], resources: [], events: [] };
const database: DatabaseState = {
  instances: [instance],
  bindings: [binding],
  operations: [operation('op-1', 'provision'), operation('op-2', 'bind', { bindingIncarnation: 'incarnation-2' })],
  transitions: [
    { table: 'operation', id: 'op-1', state: 'running', epoch: 1, owner: 'gateway-1' },
    { table: 'operation', id: 'op-1', state: 'running', epoch: 2, owner: 'gateway-2' },
    { table: 'operation', id: 'op-1', state: 'succeeded', epoch: 2, owner: null },
  ],
  audit: [
    trail('provision', T.asked, 'started', 'op-1'),
    trail('provision', T.told, 'succeeded', 'op-1'),
    trail('bind', T.later - 5, 'started', 'op-2', 'binding key of instance one'),
    trail('bind', T.later + 15, 'succeeded', 'op-2', 'binding key of instance one'),
  ],
};
const well: History = {
  client: [
    entry('provision', { status: 202, operation: 'op-1' }),
    entry('poll', { status: 200, operation: 'op-1', state: 'succeeded', invokedAtMs: T.told, returnedAtMs: T.told + 5 }),
    entry('bind', { bindingId: 'key', status: 201, credentials: '{"password":"secret"}', invokedAtMs: T.later - 8, returnedAtMs: T.later + 20 }),
  ],
  backends: [left, right],
  database,
};

const withDatabase = (changes: Partial<DatabaseState>): History => ({ ...well, database: { ...database, ...changes } });
const withLeft = (changes: Partial<BackendLedger>): History => ({ ...well, backends: [{ ...left, ...changes }, right] });
const withClient = (...more: ClientEntry[]): History => ({ ...well, client: [...well.client, ...more] });
const gone = { ...instance, state: 'deleted' };
const deletion = (more: Partial<ClientEntry>): ClientEntry =>
  entry('deprovision', { invokedAtMs: T.later + 100, returnedAtMs: T.later + 110, ...more });

test('a story without trouble has no violation', () => {
  expect(violations(well)).toEqual([]);
});

test('an instance removed as it was told to has no violation', () => {
  const removed: History = {
    client: [...well.client, deletion({ status: 200 })],
    backends: [
      {
        ...left,
        resources: [],
        calls: [...left.calls, { ...call, verb: 'deprovision', atMs: T.later + 103, endedAtMs: T.later + 105 }],
        events: [...left.events, { kind: 'deleted', instanceId: 'one', atMs: T.later + 104 }],
      },
      right,
    ],
    database: {
      ...database,
      instances: [gone],
      bindings: [{ ...binding, state: 'deleted' }],
      audit: [...database.audit, trail('deprovision', T.later + 101, 'started', 'op-3'), trail('deprovision', T.later + 108, 'succeeded', 'op-3')],
    },
  };
  expect(violations(removed)).toEqual([]);
});

test('issue 10, line 3: a deprovision beside a create that was accepted is no violation of I4', () => {
  const overtaken = withLeft({ calls: [{ ...call, status: 202 }, { ...call, verb: 'deprovision', atMs: T.told, status: 202 }] });
  expect(violations(overtaken).filter((sentence) => sentence.startsWith('I4'))).toEqual([]);
});

const PLANTED: readonly (readonly [bug: string, history: History, invariant: string])[] = [
  ['stores after the call, and loses what it made', withDatabase({ instances: [], bindings: [] }), 'I2: backend left has instance one, which nobody'],
  ['acknowledges what no backend has', withLeft({ resources: [] }), 'I1: instance one was acknowledged, but 0 backends have it'],
  [
    'makes it at two backends',
    { ...well, backends: [left, { ...right, resources: [{ instanceId: 'one', status: 'ready' }] }] },
    'I1: instance one was acknowledged, but 2 backends have it',
  ],
  [
    'makes a second one under another id after a crash',
    withLeft({ resources: [...left.resources, { instanceId: 'other', status: 'ready' }] }),
    'I2: backend left has instance other, which nobody',
  ],
  [
    'sends a create again that had worked, to a backend that makes another',
    withLeft({ events: [...left.events, { kind: 'created', instanceId: 'one', atMs: T.later }] }),
    'I2: backend left made instance one a second time',
  ],
  ['loses the wish to delete', withClient(deletion({ status: 202, operation: 'op-3' })), 'I1: the platform was told that instance one is gone'],
  [
    'takes the 404 of a create still under way for a deletion done',
    { ...withClient(deletion({ status: 200 })), database: { ...database, instances: [gone], bindings: [{ ...binding, state: 'deleted' }] } },
    'I1: the platform was told that instance one is gone, but backend left has it',
  ],
  [
    'drops the clean-up after a failed create',
    {
      ...withDatabase({ instances: [{ ...instance, state: 'failed' }], operations: [operation('op-1', 'provision', { state: 'failed' })] }),
      client: [entry('provision', { status: 202, operation: 'op-1' }), entry('poll', { status: 200, operation: 'op-1', state: 'failed' })],
    },
    'I1: the platform was told that instance one is gone, but the database has it failed',
  ],
  [
    'lets a stale holder write: the check of the epoch is missing',
    withDatabase({
      transitions: [...database.transitions, { table: 'operation', id: 'op-1', state: 'failed', epoch: 2, owner: null }],
    }),
    'I3: operation op-1 was succeeded and became failed',
  ],
  [
    'takes over without raising the epoch',
    withDatabase({ transitions: database.transitions.map((each) => ({ ...each, epoch: 1 })) }),
    'I4: operation op-1 changed hands without a new epoch',
  ],
  [
    'writes an old epoch back',
    withDatabase({ transitions: [...database.transitions, { table: 'operation', id: 'op-1', state: 'succeeded', epoch: 1 }] }),
    'I4: the epoch of operation op-1 fell from 2 to 1',
  ],
  [
    'brings a deleted instance back to life',
    withDatabase({
      transitions: [
        { table: 'service_instance', id: 'incarnation-1', state: 'deleted' },
        { table: 'service_instance', id: 'incarnation-1', state: 'ready' },
      ],
    }),
    'I3: service_instance incarnation-1 was deleted and became ready',
  ],
  [
    'tells a platform failed after it told succeeded',
    withClient(entry('poll', { status: 200, operation: 'op-1', state: 'failed', invokedAtMs: T.later })),
    'I3: operation op-1 was told as succeeded and later as failed',
  ],
  [
    'forgets an operation it had accepted',
    withClient(entry('poll', { status: 404, operation: 'op-1', invokedAtMs: T.later })),
    'I3: operation op-1 of instance one was accepted, but a poll got 404',
  ],
  [
    'forgets the end of an operation',
    withDatabase({ operations: [operation('op-1', 'provision', { state: 'running', hasFuture: true })] }),
    'I3: operation op-1 was told as succeeded, but the database has it running',
  ],
  [
    'sends a create again while the first is under way',
    withLeft({ calls: [...left.calls, { ...call, atMs: T.called + 5 }] }),
    'I4: backend left got a provision of instance one while a provision of instance one was under way',
  ],
  [
    'deletes an instance while it is being bound',
    withLeft({ calls: [...left.calls, { ...call, verb: 'deprovision', atMs: T.later + 5, endedAtMs: T.later + 8 }] }),
    'I4: backend left got a deprovision of instance one while a bind of binding key',
  ],
  [
    'overtakes a create whose call is under way',
    withLeft({ calls: [{ ...call, status: 202, endedAtMs: T.told }, { ...call, verb: 'deprovision', atMs: T.made }] }),
    'I4: backend left got a deprovision of instance one while a provision of instance one was under way',
  ],
  [
    'asks the wrong backend',
    { ...well, backends: [left, { ...right, calls: [call] }] },
    'I5: backend right got a provision of instance one for service left-service, which it does not offer',
  ],
  [
    'calls the backend before the intent is written',
    withDatabase({ audit: database.audit.map((event) => ({ ...event, atMs: event.atMs + 100 })) }),
    'I7: the provision of instance one at backend left was made without an intent in the audit trail',
  ],
  [
    'does not say what came of a call',
    withDatabase({ audit: database.audit.filter(({ outcome }) => outcome === 'started') }),
    'I7: what came of the provision of instance one at backend left is not in the audit trail',
  ],
  [
    'leaves an operation running that nobody will look at',
    withDatabase({ operations: [...database.operations, operation('op-3', 'update', { state: 'running' })] }),
    'I8: the update op-3 is still running and will never be looked at again',
  ],
  [
    'forgets a queued delete',
    withDatabase({ operations: [...database.operations, operation('op-3', 'deprovision', { state: 'queued' })] }),
    'I8: the deprovision op-3 is still queued',
  ],
  [
    'makes new credentials when a bind is sent again',
    withClient(entry('bind', { bindingId: 'key', status: 200, credentials: '{"password":"other"}', invokedAtMs: T.later + 50 })),
    'I1: a bind of binding key of instance one gave credentials that are not those of its backend',
  ],
  [
    'acknowledges an update it did not keep',
    withClient(entry('update', { status: 200, planId: 'left-updateable', invokedAtMs: T.later + 50 })),
    'I1: the update of instance one to left-updateable was acknowledged, but its plan is left-sync',
  ],
];

test.each(PLANTED)('a gateway that %s is caught', (_bug, history, sentence) => {
  const found = violations(history);
  expect(found.filter((each) => each.startsWith(sentence))).not.toEqual([]);
});

test('a delete whose answer was lost may have worked or not: neither is a violation', () => {
  expect(violations(withClient(deletion({ lost: 'reset' })))).toEqual([]);
  const removed = { ...withLeft({ resources: [] }), client: [...well.client, deletion({ lost: 'reset' })] };
  expect(violations({ ...removed, database: { ...database, instances: [gone], bindings: [{ ...binding, state: 'deleted' }] } })).toEqual([]);
});
