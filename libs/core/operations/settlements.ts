import { BrokerError, mergeRawObjects, type PlatformRef } from '#sdk';
import type { AuditEvent, AuditOutcome } from '../audit/audit-event.js';
import { newOperationId } from '../ids/ids.js';
import { optional } from '../optional.js';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
import type { BindingChange, CleanUp, InstanceChange, Settlement, Task } from './lifecycle-store.js';
import type { Operation, OperationFailure } from './operation.js';
import type { Step } from './step.js';
import type { Timings } from './timings.js';

type DoneStep = Extract<Step, { kind: 'done' | 'gone' }>;

/** The end of an operation that did what was asked. */
export function success(task: Task, step: DoneStep): Settlement {
  return {
    operation: task.operation,
    state: 'succeeded',
    by: 'holder',
    audit: auditOf(task, 'succeeded'),
    ...optional('description', step.kind === 'done' ? step.description : undefined),
    ...optional('instance', instanceAfter(task, step)),
    ...optional('binding', bindingAfter(task, step)),
  };
}

function instanceAfter(task: Task, step: DoneStep): InstanceChange | undefined {
  const result = step.kind === 'done' ? step.instance : undefined;
  const given = { ...optional('dashboardUrl', result?.dashboardUrl), ...optional('metadata', result?.metadata) };
  switch (task.operation.kind) {
    case 'provision':
      return { state: 'ready', ...given };
    case 'update':
      return { ...given, ...updated(task) };
    case 'deprovision':
      return { state: 'deleted' };
    case 'bind':
    case 'unbind':
      return undefined;
  }
}

function updated({ operation, instance, platform }: Task): InstanceChange {
  const intent = operation.update;
  if (!intent) return {};
  const version = intent.maintenanceInfo && (JSON.parse(intent.maintenanceInfo) as { version?: string }).version;
  return {
    planId: intent.planId,
    ...optional('parameters', isKeptAsSent(platform) ? (intent.parameters ?? '{}') : mergeRawObjects(instance.parameters, intent.parameters)),
    ...optional('context', intent.context),
    ...optional('maintenanceVersion', version || undefined),
  };
}

/** Some platforms leave out an empty object, and compare what they sent with what they fetch. */
const isKeptAsSent = ({ kind }: PlatformRef): boolean => PLATFORM_PROFILES[kind].fetchedParameters === 'asSent';

function bindingAfter(task: Task, step: DoneStep): BindingChange | undefined {
  switch (task.operation.kind) {
    case 'bind':
      return { state: 'ready', result: (step.kind === 'done' ? step.binding : undefined) ?? {} };
    case 'unbind':
      return { state: 'deleted' };
    default:
      return undefined;
  }
}

/** What may be left of a create that failed. */
export interface Leftover {
  /** The call was not answered: removing waits until it cannot be under way any more. */
  readonly afterCall: boolean;
  /** How long removing it is tried. */
  readonly ceilingMs: number;
}

/** The end of an operation that did not. What a create may have left behind gets a clean-up of its own. */
export function failure(task: Task, error: BrokerError, leftover?: Leftover): Settlement {
  const { kind } = task.operation;
  const state = leftover ? 'failed' : 'deleted';
  const owesCleanUp = leftover && (kind === 'provision' || kind === 'bind');
  return {
    operation: task.operation,
    state: 'failed',
    by: 'holder',
    failure: failureOf(task.operation, error),
    audit: auditOf(task, 'failed', error.description),
    ...optional('instance', kind === 'provision' ? { state } : undefined),
    ...optional('binding', kind === 'bind' ? { state } : undefined),
    ...optional('cleanUp', owesCleanUp ? cleanUpOf(task, leftover) : undefined),
  };
}

/**
 * A create whose outcome operators must find out (decision 13): what it may have left is removed when they, or its
 * platform, say so.
 */
export function parkedFailure(task: Task, error: BrokerError, ceilingMs: number): Settlement {
  const { cleanUp, ...settlement } = failure(task, error, { afterCall: false, ceilingMs });
  return { ...settlement, ...optional('cleanUp', cleanUp && { ...cleanUp, isParked: true }) };
}

/** The end of a clean-up that operators gave up: what it should have removed is out of the books. */
export function givenUp(task: Task, reason: string, audit: AuditEvent): Settlement {
  const { operation, binding } = task;
  const error = new BrokerError('BackendFailed', `given up by an operator: ${reason}`);
  const gone = { state: 'deleted' } as const;
  const failed = { operation, state: 'failed', by: 'anyone', failure: failureOf(operation, error), audit } as const;
  return binding ? { ...failed, binding: gone } : { ...failed, instance: gone };
}

/** The flags belong to failed updates (both) and deprovisions (instance_usable) only: OSB 2.17, Service Broker Errors. */
function failureOf({ kind }: Operation, error: BrokerError): OperationFailure {
  const { instanceUsable, updateRepeatable, retryAfterSeconds } = error.details;
  return {
    code: error.code,
    word: error.word,
    description: error.description,
    ...optional('instanceUsable', kind === 'update' || kind === 'deprovision' ? instanceUsable : undefined),
    ...optional('updateRepeatable', kind === 'update' ? updateRepeatable : undefined),
    ...optional('retryAfterSeconds', retryAfterSeconds),
  };
}

/** The delete that is owed after a create. */
export function cleanUpOf(task: Task, leftover: Leftover): CleanUp {
  const { operation } = task;
  const cleanUp: Operation = {
    id: newOperationId(),
    kind: operation.kind === 'bind' ? 'unbind' : 'deprovision',
    initiator: 'gateway',
    state: 'queued',
    step: 'send',
    exclusive: operation.kind === 'provision',
    platformId: operation.platformId,
    backendId: operation.backendId,
    instanceIncarnation: operation.instanceIncarnation,
    attempts: 0,
    epoch: 1,
    ...optional('bindingIncarnation', operation.bindingIncarnation),
    ...optional('requestId', operation.requestId),
    ...optional('callMs', operation.callMs),
  };
  return { operation: cleanUp, ...leftover, audit: auditOf({ ...task, operation: cleanUp }, 'started') };
}

type Subject = Pick<Task, 'operation' | 'platform' | 'instance' | 'binding'>;

export function auditOf(task: Subject, outcome: AuditOutcome, description?: string): AuditEvent {
  const { operation, instance, binding, platform } = task;
  const byPlatform = operation.initiator === 'platform';
  return {
    actor: byPlatform ? { kind: 'platform', name: platform.name } : { kind: 'gateway', name: 'clean-up' },
    platformId: platform.id,
    action: `${binding ? 'binding' : 'instance'}.${operation.kind}`,
    subject: binding ? `binding ${binding.bindingId} of instance ${instance.instanceId}` : `instance ${instance.instanceId}`,
    operationId: operation.id,
    outcome,
    ...optional('originatingIdentity', operation.originatingIdentity),
    ...optional('requestId', operation.requestId),
    ...optional('description', description),
    ...beforeAndAfter(task),
  };
}

function beforeAndAfter({ operation, instance }: Subject): Pick<AuditEvent, 'before' | 'after'> {
  const { update } = operation;
  const plan = { service_id: instance.serviceId, plan_id: instance.planId };
  switch (operation.kind) {
    case 'provision':
      return { after: { ...plan, parameters: namesOf(instance.parameters) } };
    case 'update':
      return {
        before: plan,
        after: { ...plan, plan_id: update?.planId ?? instance.planId, parameters: namesOf(update?.parameters) },
      };
    case 'deprovision':
      return { before: plan };
    default:
      return {};
  }
}

/** Parameters may be secrets: the trail keeps only what they were called. */
function namesOf(parameters: string | undefined): string[] {
  return parameters === undefined ? [] : Object.keys(JSON.parse(parameters) as object);
}

/**
 * A create that a deprovision has overtaken, which removes what it made (ADR 24).
 *
 * @param mayAct whether its call may be under way, or nobody told how it ended
 */
export function cancellation(task: Task, mayAct: boolean): Settlement {
  const error = new BrokerError('ConcurrencyError', 'cancelled: the instance is being deleted');
  return { ...withoutCleanUp(failure(task, error, { afterCall: false, ceilingMs: 0 })), by: 'anyone', mayAct };
}

/**
 * How long a create that was accepted, or is being asked for, may still make what its deprovision does not find. Anything
 * else that may still act keeps every answer from counting.
 */
export function goneCountsInMs({ step, isCallOpen, callMs }: Operation, timings: Timings): number {
  return step === 'poll' || isCallOpen ? (callMs ?? timings.callMs) : 0;
}

function withoutCleanUp(settlement: Settlement): Settlement {
  const { cleanUp: _, ...rest } = settlement;
  return rest;
}
