import { randomUUID } from 'node:crypto';
import type { BindingCall, Call, PlatformRef, StateSlot } from '#sdk';
import { MemoryStateSlot } from './memory-state-slot.js';

export interface TestCallOptions {
  /** Made up when absent; `undefined` leaves it out, as on reads. */
  readonly operationId?: string | undefined;
  /** Fires after `timeoutMs` when absent. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly platform?: PlatformRef;
  readonly originatingIdentity?: string;
  readonly requestIdentity?: string;
  readonly apiInfoLocation?: string;
  readonly acceptsIncomplete?: boolean;
  readonly state?: StateSlot;
}

export interface TestBindingCallOptions extends TestCallOptions {
  readonly bindingState?: StateSlot;
}

/** A call as the gateway would make it: a new operation id, a deadline of 20 s, an empty slot. */
export function testCall(options: TestCallOptions = {}): Call {
  const { timeoutMs = 20_000, operationId = 'operationId' in options ? undefined : randomUUID(), ...given } = options;
  return {
    signal: AbortSignal.timeout(timeoutMs),
    deadline: new Date(Date.now() + timeoutMs),
    platform: { id: 'platform-1', name: 'test', kind: 'other' },
    state: new MemoryStateSlot(),
    ...given,
    ...(operationId === undefined ? {} : { operationId }),
  };
}

/** {@link testCall} with a binding's slot. */
export function testBindingCall(options: TestBindingCallOptions = {}): BindingCall {
  const { bindingState = new MemoryStateSlot(), ...given } = options;
  return { ...testCall(given), bindingState };
}
