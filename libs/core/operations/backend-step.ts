import { Injectable } from '@nestjs/common';
import {
  BrokerError,
  UnknownOutcome,
  type BindingCall,
  type BindingResult,
  type Call,
  type InstanceResult,
  type Outcome,
  type ServiceBackend,
} from '#sdk';
import { BackendCalls } from '../backends/backend-calls.js';
import type { CallEnd } from '../backends/call-end.js';
import { failpoint } from '../failpoints/failpoint.js';
import { newUuid } from '../ids/ids.js';
import { optional } from '../optional.js';
import { kept, keptPoll } from './backend-contract.js';
import { askedOf, bindingRef, bindRequest, instanceRef, provisionRequest, updateRequest } from './backend-requests.js';
import type { BackendTexts } from './checked-step.js';
import { ConfirmNotFound } from './confirm-not-found.js';
import { givenUpUpdate, showsUpdate } from './given-up-update.js';
import { LateCreates } from './late-creates.js';
import { LifecycleStore, type Task } from './lifecycle-store.js';
import { persistently } from './persistently.js';
import { retryWhileNotFound } from './retry-while-not-found.js';
import type { Step } from './step.js';
import { StoredSlot } from './stored-slot.js';
import { maskOfTask } from './task-secrets.js';
import { Timings } from './timings.js';

export type { Step } from './step.js';

/** Its failure waits for no longer. */
const LAST_LOOK_MS = 3_000;

/** Puts an operation's next question to its backend: the mutation itself, or how it is getting on. */
@Injectable()
export class BackendStep {
  constructor(
    private readonly calls: BackendCalls,
    private readonly lifecycle: LifecycleStore,
    private readonly late: LateCreates,
    private readonly timings: Timings,
    private readonly notFound: ConfirmNotFound,
  ) {}

  textsOf({ operation: { backendId } }: Task): BackendTexts {
    return { text: (text) => this.calls.readableText(backendId, text), error: (error) => this.calls.readableError(backendId, error) };
  }

  async take(task: Task, deadline: Date): Promise<Step> {
    return task.operation.step === 'send' ? this.send(task, deadline) : this.poll(task, deadline);
  }

  /**
   * Looks whether what a create or update that somebody sent before should do is done already, without sending anything (decision 12). What
   * cannot be told by looking is in progress.
   */
  async probe(task: Task, deadline: Date): Promise<Step> {
    const end = await this.calls.call<Step>(task.operation.backendId, deadline, (backend, signal) =>
      this.look(backend, task, ownCall(this.callFor(task, deadline, signal))),
    );
    return end.kind === 'answered' ? end.value : { kind: 'in progress', ...this.causeOf(task, end) };
  }

  /** One short look at the instance of an update that is given up; a backend that cannot tell changes nothing. */
  async lookAtGivenUp(task: Task): Promise<Step> {
    const deadline = new Date(Date.now() + LAST_LOOK_MS);
    const end = await this.calls.call(task.operation.backendId, deadline, async (backend, signal) => {
      if (!backend.capabilities.fetchInstance) return undefined;
      const told = await backend.fetchInstance(instanceRef(task), ownCall(this.callFor(task, deadline, signal)));
      return givenUpUpdate(task, told);
    });
    return { kind: 'overrun', ...optional('instance', end.kind === 'answered' ? end.value : undefined) };
  }

  private async look(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    const { kind, isConflicted } = task.operation;
    if (kind === 'bind') return this.lookForBinding(backend, task, call);
    if (kind === 'update') return this.lookForUpdate(backend, task, call);
    if (kind !== 'provision' || (!backend.capabilities.fetchInstance && !isConflicted)) return { kind: 'in progress' };
    try {
      return await this.lookForInstance(backend, task, call);
    } catch (error) {
      if (!isConflicted || !isNotOffered(error)) throw error;
      return this.askForConflicted(backend, task, call);
    }
  }

  private async lookForBinding(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    if (!backend.capabilities.fetchBinding) return { kind: 'in progress' };
    return { kind: 'done', binding: kept('fetchBinding', await backend.fetchBinding(bindingRef(task), call)) };
  }

  private async lookForInstance(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    if (!backend.capabilities.fetchInstance) throw new BrokerError('MethodNotAllowed', 'instances cannot be fetched');
    const told = kept('fetchInstance', await backend.fetchInstance(instanceRef(task), call));
    const isOfPlan = told.planId === undefined || told.planId === task.instance.planId;
    return isOfPlan ? { kind: 'done', instance: told } : { kind: 'in progress' };
  }

  private async lookForUpdate(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    if (!backend.capabilities.fetchInstance) return { kind: 'in progress' };
    const told = kept('fetchInstance', await backend.fetchInstance(instanceRef(task), call));
    return showsUpdate(task, told) ? { kind: 'done' } : { kind: 'in progress' };
  }

  /** That it failed may be said of something else: nothing is removed because of it. */
  private async askForConflicted(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    const state = keptPoll(await this.lastOperation(backend, task, call));
    return state.kind === 'succeeded' ? { kind: 'done' } : { kind: 'in progress' };
  }

  private async send(task: Task, deadline: Date): Promise<Step> {
    await failpoint('before-backend-call', task.operation.kind);
    let askedAtMs: number | undefined;
    const { backendId } = task.operation;
    const isOwn = task.operation.initiator === 'gateway';
    const ask = (): Promise<CallEnd<Step>> =>
      this.calls.call(
        backendId,
        deadline,
        (backend, signal) => {
          askedAtMs = performance.now();
          const call = this.callFor(task, deadline, signal);
          return this.mutate(backend, task, isOwn ? ownCall(call) : call);
        },
        !isOwn,
      );
    const first = await ask();
    const end = isOwn ? await this.notFound.confirmed(backendId, deadline, first, ask) : first;
    const isLate = Date.now() >= deadline.getTime();
    if (askedAtMs !== undefined && isLate && mayHaveMade(task, end)) await this.late.sweep(task);
    await failpoint('after-backend-answer', task.operation.kind);
    const step = { ...stepOf(end), ...this.causeOf(task, end) };
    return step.kind === 'unknown' ? { ...step, mayActForMs: this.mayActForMs(task, askedAtMs) } : step;
  }

  /** A backend works on what was sent for as long as a call may take; what was not sent does nothing. */
  private mayActForMs({ operation: { callMs = this.timings.callMs } }: Task, askedAtMs: number | undefined): number {
    return askedAtMs === undefined ? 0 : Math.max(0, callMs - (performance.now() - askedAtMs));
  }

  /** What is behind a call that brought nothing, for operators. */
  private causeOf(task: Task, end: CallEnd<Step>): { cause?: string } {
    if (end.kind === 'answered') return {};
    const thrown = end.thrown ?? (end.kind === 'refused' ? end.error : new UnknownOutcome(end.reason));
    return { cause: this.calls.cause(task.operation.backendId, thrown, maskOfTask(task)) };
  }

  private async mutate(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    const { operation } = task;
    await failpoint('at-backend-call', operation.kind);
    switch (operation.kind) {
      case 'provision':
        return instanceStep(kept('provision', await backend.provision(provisionRequest(task), call)));
      case 'update':
        return instanceStep(kept('update', await backend.update(updateRequest(task), call)));
      case 'deprovision':
        return deleteStep(kept('deprovision', await backend.deprovision(instanceRef(task), call)));
      case 'bind':
        return bindStep(kept('bind', await backend.bind(bindRequest(task), call)), backend);
      case 'unbind':
        return deleteStep(kept('unbind', await backend.unbind(bindingRef(task), call)));
    }
  }

  private async poll(task: Task, deadline: Date): Promise<Step> {
    await failpoint('before-poll', task.operation.kind);
    const end = await this.calls.call<Step>(task.operation.backendId, deadline, async (backend, signal) => {
      const call = ownCall(this.callFor(task, deadline, signal));
      const state = keptPoll(await this.lastOperation(backend, task, call));
      switch (state.kind) {
        case 'in progress':
          return { kind: 'in progress', ...optional('retryAfterMs', state.retryAfterMs), ...optional('description', state.description) };
        case 'gone':
          return { kind: 'gone' };
        case 'failed': {
          const { description, instanceUsable, updateRepeatable } = state;
          const flags = { ...optional('instanceUsable', instanceUsable), ...optional('updateRepeatable', updateRepeatable) };
          return { kind: 'refused', error: new BrokerError('BackendFailed', description || 'the operation failed', flags) };
        }
        case 'succeeded':
          return { ...(await this.resultOf(backend, task, call)), ...optional('description', state.description) };
      }
    });
    return { ...(isBusy(end) ? { kind: 'in progress' } : stepOf(end)), ...this.causeOf(task, end) };
  }

  private lastOperation(backend: ServiceBackend, task: Task, call: BindingCall) {
    const { kind, pollToken, update } = task.operation;
    const question = {
      kind,
      planId: update?.previousPlanId ?? task.instance.planId,
      ...optional('pollToken', pollToken),
      ...optional('asked', askedOf(task)),
    };
    return task.binding
      ? backend.lastBindingOperation({ ...bindingRef(task), ...question }, call)
      : backend.lastInstanceOperation({ ...instanceRef(task), ...question }, call);
  }

  /** Credentials of a bind that ended asynchronously are read from the backend once, and kept. */
  private async resultOf(backend: ServiceBackend, task: Task, call: BindingCall): Promise<Step> {
    if (task.operation.kind !== 'bind') return { kind: 'done' };
    let binding;
    try {
      binding = await retryWhileNotFound(() => backend.fetchBinding(bindingRef(task), call), call);
    } catch (error) {
      // The bind itself succeeded: a passing trouble is no reason to undo it.
      if (error instanceof BrokerError && error.status < 500) throw error;
      return { kind: 'in progress' };
    }
    return { kind: 'done', binding: kept('fetchBinding', binding) };
  }

  private callFor(task: Task, deadline: Date, signal: AbortSignal): BindingCall {
    return callOf(task, this.lifecycle, deadline, signal);
  }
}

function callOf(task: Task, lifecycle: LifecycleStore, deadline: Date, signal: AbortSignal): BindingCall {
  const { operation, instance, binding } = task;
  const call: Call = {
    operationId: operation.id,
    signal,
    deadline,
    platform: task.platform,
    ...optional('originatingIdentity', operation.originatingIdentity),
    ...optional('requestIdentity', operation.requestIdentity),
    ...optional('apiInfoLocation', operation.apiInfoLocation),
    ...optional('acceptsIncomplete', operation.isSyncOnly ? false : undefined),
    state: new StoredSlot(instance.backendState, (state) =>
      persistently(() => lifecycle.saveBackendState(operation, 'instance', state), deadline),
    ),
  };
  const slot = new StoredSlot(binding?.backendState ?? {}, (state) =>
    persistently(() => lifecycle.saveBackendState(operation, 'binding', state), deadline),
  );
  return { ...call, bindingState: slot };
}

/** A call nobody asked for but the gateway: whom a user's request came from stays out of it, and it is a request of its own. */
function ownCall(call: BindingCall): BindingCall {
  const { originatingIdentity: _identity, apiInfoLocation: _location, ...own } = call;
  return { ...own, requestIdentity: newUuid() };
}

function mayHaveMade({ operation: { kind } }: Task, end: CallEnd<Step>): boolean {
  if (kind !== 'provision' && kind !== 'bind') return false;
  return end.kind !== 'refused' || end.error.mayHaveActed;
}

function stepOf(end: CallEnd<Step>): Step {
  if (end.kind === 'answered') return end.value;
  if (end.kind === 'unknown') return end;
  return end.error.code === 'Gone' ? { kind: 'gone' } : end;
}

/** The backend cannot be asked for it, which says nothing about whether it exists. */
const isNotOffered = (error: unknown): boolean => error instanceof BrokerError && error.code === 'MethodNotAllowed';

/** The backend was not asked, or does not want to be asked now: that says nothing about the operation. */
function isBusy(end: CallEnd<Step>): boolean {
  return end.kind === 'refused' && (end.error.code === 'Unavailable' || end.error.code === 'ConcurrencyError');
}

function instanceStep(outcome: Outcome<InstanceResult>): Step {
  if (outcome.kind === 'done') return { kind: 'done', instance: outcome.result ?? {} };
  return { ...acceptance(outcome), instance: outcome.result ?? {} };
}

function deleteStep(outcome: Outcome<void>): Step {
  return outcome.kind === 'done' ? { kind: 'done' } : acceptance(outcome);
}

function bindStep(outcome: Outcome<BindingResult>, backend: ServiceBackend): Step {
  if (outcome.kind === 'done') return { kind: 'done', binding: outcome.result ?? {} };
  if (backend.capabilities.fetchBinding) return acceptance(outcome);
  const description = 'the backend accepted a bind whose credentials it could never give';
  return { kind: 'refused', error: new BrokerError('BackendFailed', description) };
}

function acceptance(outcome: { pollToken?: string; retryAfterMs?: number }): Step & { kind: 'accepted' } {
  return {
    kind: 'accepted',
    ...optional('pollToken', outcome.pollToken),
    ...optional('retryAfterMs', outcome.retryAfterMs),
  };
}
