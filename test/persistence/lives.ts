import {
  newIncarnation,
  newOperationId,
  newUuid,
  type Binding,
  type CleanUp,
  type Instance,
  type MostPerBackend,
  type Operation,
  type Reservation,
  type Settlement,
} from '#core';
import type { OperationKind } from '#sdk';
import { anEvent, CALL_MS, type TestRecord } from './record.js';

export const OWNER = 'gateway-a';
export const LEASE_MS = 15_000;

/** How many operations to claim of every backend. */
export const atMost = (others: number): MostPerBackend => ({ named: new Map(), others });

export function anInstance(record: TestRecord, changes: Partial<Instance> = {}): Instance {
  const instanceId = changes.instanceId ?? newUuid();
  return {
    incarnation: newIncarnation(),
    platformId: record.platform.id,
    instanceId,
    backendId: record.backendId,
    backendInstanceId: instanceId,
    serviceId: 'service-1',
    planId: 'plan-1',
    organizationGuid: 'org-1',
    spaceGuid: 'space-1',
    state: 'creating',
    backendState: {},
    parameters: '{"size":"big"}',
    context: '{"platform":"cloudfoundry"}',
    ...changes,
  };
}

export function aBinding(instance: Instance, changes: Partial<Binding> = {}): Binding {
  const bindingId = changes.bindingId ?? newUuid();
  return {
    incarnation: newIncarnation(),
    instanceIncarnation: instance.incarnation,
    bindingId,
    backendBindingId: bindingId,
    state: 'creating',
    backendState: {},
    parameters: '{"role":"reader"}',
    bindResource: '{"app_guid":"app-1"}',
    context: '{"platform":"cloudfoundry"}',
    ...changes,
  };
}

export interface About {
  readonly binding?: Binding;
  readonly state?: 'running' | 'queued';
  readonly exclusive?: boolean;
  readonly initiator?: Operation['initiator'];
}

export function anOperation(kind: OperationKind, instance: Instance, about: About = {}): Operation {
  const { binding, state = 'running', exclusive = binding === undefined, initiator = 'platform' } = about;
  return {
    id: newOperationId(),
    kind,
    initiator,
    state,
    step: 'send',
    exclusive,
    platformId: instance.platformId,
    backendId: instance.backendId,
    instanceIncarnation: instance.incarnation,
    attempts: 0,
    epoch: 1,
    ...(binding ? { bindingIncarnation: binding.incarnation } : {}),
  };
}

/** A running operation is held by `OWNER` and its call under way. */
export function reservationOf(operation: Operation, ceilingMs = 3_600_000): Reservation {
  const audit = anEvent({ action: operation.kind, operationId: operation.id, outcome: 'started' });
  const lease = { owner: OWNER, leaseMs: LEASE_MS, callMs: CALL_MS };
  return { operation, audit, ceilingMs, ...(operation.state === 'running' ? { lease } : {}) };
}

/** Starts something on an instance, as the use cases do: under its lock. */
export async function start(record: TestRecord, kind: OperationKind, instance: Instance, about: About = {}): Promise<Operation> {
  const operation = anOperation(kind, instance, about);
  await record.lifecycle.transaction(async (transaction) => {
    await transaction.lockInstance(instance.platformId, instance.instanceId);
    if (about.binding && kind === 'bind') await transaction.insertBinding(about.binding);
    await transaction.insertOperation(reservationOf(operation));
  });
  return operation;
}

export async function startProvision(record: TestRecord, instance: Instance, ceilingMs?: number): Promise<Operation> {
  const operation = anOperation('provision', instance);
  expect(await record.lifecycle.reserveProvision(instance, reservationOf(operation, ceilingMs))).toBe('reserved');
  return operation;
}

/** An instance that is there, with nothing running on it. */
export async function provisioned(record: TestRecord, changes: Partial<Instance> = {}): Promise<Instance> {
  const instance = anInstance(record, changes);
  const operation = await startProvision(record, instance);
  await record.lifecycle.settle(succeeded(operation, { instance: { state: 'ready' } }));
  return { ...instance, state: 'ready' };
}

/** A binding that is there, with nothing running on it. */
export async function bound(record: TestRecord, instance: Instance): Promise<Binding> {
  const binding = aBinding(instance);
  const operation = await start(record, 'bind', instance, { binding });
  const result = { credentials: { raw: '{"password":"secret"}', value: { password: 'secret' } } };
  await record.lifecycle.settle(succeeded(operation, { binding: { state: 'ready', result } }));
  return { ...binding, state: 'ready', result };
}

export function succeeded(operation: Operation, changes: Partial<Settlement> = {}): Settlement {
  const audit = anEvent({ action: operation.kind, operationId: operation.id });
  return { operation, state: 'succeeded', by: 'holder', audit, ...changes };
}

/** A create that failed and may have left something. */
export function failedWithCleanUp(operation: Operation, instance: Instance, binding?: Binding): Settlement & { cleanUp: CleanUp } {
  const kind = binding ? 'unbind' : 'deprovision';
  const { exclusive } = operation;
  const cleanUp = anOperation(kind, instance, { state: 'queued', initiator: 'gateway', exclusive, ...(binding ? { binding } : {}) });
  return {
    ...succeeded(operation, binding ? { binding: { state: 'failed' } } : { instance: { state: 'failed' } }),
    state: 'failed',
    failure: { code: 'Timeout', word: 'Timeout', description: 'it took too long' },
    cleanUp: { ...reservationOf(cleanUp), afterCall: false },
  };
}

/** The operation as the runner takes it up; it must be due. */
export async function claimed(record: TestRecord, { id }: Operation): Promise<Operation> {
  const due = await record.lifecycle.claimDue(OWNER, LEASE_MS, atMost(1_000));
  const found = due.find(({ operation }) => operation.id === id);
  if (!found) throw new Error(`operation ${id} is not due`);
  return found.operation;
}

/** How operations stand, by id. */
export async function statesOf(record: TestRecord, ...operations: readonly Operation[]): Promise<string[]> {
  const rows = await record.query<{ id: string; state: string }>('select id, state from operation');
  return operations.map(({ id }) => rows.find((row) => row.id === id)?.state ?? 'absent');
}
