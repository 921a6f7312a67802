import type { BindingResult, InstanceMetadata, PlatformRef } from '#sdk';
import type { AuditEvent } from '../audit/audit-event.js';
import type { Binding } from '../bindings/binding.js';
import type { OperationId } from '../ids/ids.js';
import type { Instance, LifeState } from '../instances/instance.js';
import type { Operation, OperationFailure } from './operation.js';

/** An instance with every operation on it or its bindings that has not ended. */
export interface InstanceView {
  readonly instance: Instance;
  readonly pending: readonly Operation[];
}

export interface BindingView extends InstanceView {
  readonly binding?: Binding;
}

export interface FoundBinding extends BindingView {
  /** An earlier bind of this id failed, and its platform was not told yet. */
  readonly failureUnheard: boolean;
}

/** An instance, or a binding, as its platform names it. */
export interface ResourceName {
  readonly platformId: string;
  readonly instanceId: string;
  readonly bindingId?: string;
}

/** An operation with all that is needed to carry it on. */
export interface Task {
  readonly operation: Operation;
  readonly platform: PlatformRef;
  readonly instance: Instance;
  readonly binding?: Binding;
  /** Whether its ceiling has passed, by the database's clock. */
  readonly overdue: boolean;
  /** An earlier send of a create or update may still be under way at the backend: look, but do not send (decision 12). */
  readonly mayBeUnderWay: boolean;
  /** How long an earlier create or update may still make something: a delete counts only when it was sent after that. */
  readonly unquietForMs: number;
  /** What is sent now, or was accepted before, was sent before that time was over, however late it ends. */
  readonly sentTooEarly: boolean;
  /** Of a deprovision that has overtaken a create: for how long that may still make what a delete does not find. */
  readonly goneCountsInMs: number;
  /** Polls in a row that were answered as if the backend had never accepted the operation, and how long ago the first one was. */
  readonly notFound: { readonly polls: number; readonly forMs: number };
  /** When this process asked for the lease, on its monotonic clock. */
  readonly leasedAtMs: number;
  /** Its platform takes a 202 for it: it goes on when the request has waited for as long as it can. */
  readonly outlivesRequest?: boolean;
}

/** A new operation: who holds it at first, and until when. */
export interface Reservation {
  readonly operation: Operation;
  readonly audit: AuditEvent;
  /** Absent for a queued one. */
  readonly lease?: Lease;
  readonly ceilingMs: number;
}

export interface Lease {
  readonly owner: string;
  readonly leaseMs: number;
  /** How long the call about to be sent can be under way: only after that another process may send it again. */
  readonly callMs: number;
}

/** What changes with an instance; absent members stay as they are. */
export interface InstanceChange {
  readonly state?: LifeState;
  readonly planId?: string;
  readonly parameters?: string;
  readonly context?: string;
  readonly dashboardUrl?: string;
  readonly metadata?: InstanceMetadata;
  readonly maintenanceVersion?: string;
}

export interface BindingChange {
  readonly state: LifeState;
  readonly result?: BindingResult;
}

/** The end of an operation, and all that ends with it, in one transaction. */
export interface Settlement {
  readonly operation: Operation;
  readonly state: 'succeeded' | 'failed';
  readonly failure?: OperationFailure;
  readonly description?: string;
  /** What the backend answered or threw last, for operators; absent: what was kept before stays. */
  readonly lastCause?: string;
  readonly instance?: InstanceChange;
  readonly binding?: BindingChange;
  /** A delete the gateway owes after a create that may have left something. */
  readonly cleanUp?: CleanUp;
  /** What the unanswered call made was found: nothing more can appear. */
  readonly isQuiet?: boolean;
  /** Its call may be under way: what it makes may appear until a call's length after its deadline. */
  readonly mayAct?: boolean;
  readonly audit: AuditEvent;
  /** `holder`: only while the epoch is still ours. `anyone`: takes the operation away from whoever holds it. */
  readonly by: 'holder' | 'anyone';
}

/** A clean-up after a create. */
export interface CleanUp extends Reservation {
  /** The create was not answered: start when its call cannot be under way any more. */
  readonly afterCall: boolean;
  /** It waits for operators from the beginning. */
  readonly isParked?: boolean;
}

export interface Pause {
  readonly pauseMs: number;
  /**
   * What is known of the call sent last. After an `unanswered` create what it started may appear for another call's
   * length, and a delete of it must be repeated. `untouched`: nothing was sent. `conflict`: what was sent before may be what
   * it met, and is looked for until another call's length has passed.
   */
  readonly call: 'over' | 'unanswered' | 'untouched' | 'conflict';
  /** What the backend accepted did not do, or does not count: the call itself is the next step, not another poll. */
  readonly sendsAgain?: boolean;
  /** Whether a poll was answered as if the operation had never been accepted; absent: no poll was answered. */
  readonly isNotFound?: boolean;
  /** What the backend says of its progress; absent: what it said before stays. Of an `untouched` call only. */
  readonly description?: string;
  /** How long the `unanswered` call may still do something; absent: as long as a call may take. */
  readonly mayActForMs?: number;
  /** What the backend answered or threw, for operators; absent: what was kept before stays. */
  readonly lastCause?: string;
}

/**
 * Fencing: `lost` means that somebody else holds the operation now, and nothing was written. A holder whose write was not
 * answered tells it again: it counts once, and is `written`.
 */
export type Written = 'written' | 'lost';

/** What the lifecycle reads and writes. Every method is one transaction unless it stands in `LifecycleTransaction`. */
export abstract class LifecycleStore {
  abstract findInstance(platformId: string, instanceId: string): Promise<InstanceView | undefined>;
  abstract findBinding(platformId: string, instanceId: string, bindingId: string): Promise<FoundBinding | undefined>;

  /**
   * Instance, operation and audit event, or nothing where the id lives already, is taken at the backend, or belonged to a
   * create whose failure its platform has not heard of.
   */
  abstract reserveProvision(
    instance: Instance,
    reservation: Reservation,
  ): Promise<'reserved' | 'instance exists' | 'failure unheard' | 'backend id taken'>;

  /**
   * Runs the story in one transaction; it commits when the story returns and rolls back when it throws. A commit whose
   * answer was lost is looked up by the operations it inserted.
   */
  abstract transaction<T>(story: (transaction: LifecycleTransaction) => Promise<T>): Promise<T>;

  /** The backend goes on by itself: keep the token, give up the lease, poll later. */
  abstract recordAccepted(
    operation: Operation,
    accepted: { pollToken?: string; pauseMs: number; instance?: InstanceChange; audit: AuditEvent },
  ): Promise<Written>;

  /** The gateway gives up trying and tells operators; nothing is forgotten. */
  abstract park(operation: Operation, call: Pause['call'], lastCause?: string): Promise<Written>;

  /** Nothing is decided yet: give up the lease and look again later. */
  abstract recordPause(operation: Operation, pause: Pause): Promise<Written>;

  /**
   * Ends the operation. A queued delete of the same instance or binding, the clean-up of this settlement included, is
   * let run then; one whose instance or binding is gone already ends with it.
   */
  abstract settle(settlement: Settlement): Promise<Written>;

  /** The backend's slot of an instance or binding, fenced by the operation. */
  abstract saveBackendState(
    operation: Operation,
    target: 'instance' | 'binding',
    state: Readonly<Record<string, string>>,
  ): Promise<Written>;

  /** Says that a request that has seen the operation is answered by it: from now on it may be taken over. Idempotent. */
  abstract confirm(id: OperationId): Promise<void>;

  /**
   * Whether the next call of an operation has to wait for another operation of its instance (I4).
   *
   * @param isSerial whether its backend works on one binding of an instance at a time
   */
  abstract mustWait(id: OperationId, isSerial: boolean): Promise<boolean>;

  abstract findTask(id: OperationId): Promise<Task | undefined>;
  /** The operation asked about, or the newest one where no id is given. Ended and deleted ones included. */
  abstract findOperation(query: OperationQuery): Promise<FoundOperation | undefined>;

  /** Takes over operations that are due and held by nobody living, those due longest first. Raises their epoch. */
  abstract claimDue(owner: string, leaseMs: number, most: MostPerBackend): Promise<Task[]>;
  /**
   * The call of a create that was ended meanwhile was answered: nothing more comes of it, and a delete that waits for that is
   * sent.
   *
   * @param isAccepted whether the backend goes on by itself
   */
  abstract callEnded(operation: Operation, isAccepted: boolean): Promise<void>;
  /** Extends leases and says which of them are still the owner's; confirms those that nobody held before it. */
  abstract extendLeases(owner: string, leaseMs: number, ids: readonly OperationId[]): Promise<OperationId[]>;
  /** Ends the leases of operations that are still the owner's, for others to take over at once. Says which they were. */
  abstract giveUpLeases(owner: string, ids: readonly OperationId[]): Promise<OperationId[]>;
  /** Instances whose queued delete can run although nobody released it. */
  abstract releaseForgotten(): Promise<void>;
  /** Forgets ended operations and deleted instances older than the retention. */
  abstract purge(retentionMs: number): Promise<void>;
}

/** How many operations of one backend may be claimed: by its id, or `others` where it is not named. */
export interface MostPerBackend {
  readonly named: ReadonlyMap<string, number>;
  readonly others: number;
  /** Backends that work on one binding of an instance at a time. */
  readonly serial?: readonly string[];
}

/** With a binding's id, its operation is asked for. */
export interface OperationQuery extends ResourceName {
  readonly operationId?: string;
}

export interface FoundOperation {
  /** Absent when the instance or binding exists but never had an operation of its own. */
  readonly operation?: Operation;
  readonly state: LifeState;
}

/** The part of a transaction that changes what runs on an instance. */
export interface LifecycleTransaction {
  /** Locks the live instance until the end, so that nothing else starts on it meanwhile. */
  lockInstance(platformId: string, instanceId: string): Promise<InstanceView | undefined>;
  findBinding(instance: Instance, bindingId: string): Promise<Binding | undefined>;
  /** Whether an unbind of a deleted binding of this id was not answered, and may still act at the backend. */
  isReserved(instance: Instance, bindingId: string): Promise<boolean>;
  insertBinding(binding: Binding): Promise<void>;
  /** Says for how long an earlier call of what it is about may still make something, in ms. */
  insertOperation(reservation: Reservation): Promise<{ readonly unquietForMs: number }>;
  /**
   * The deprovision has overtaken a create: it is carried on though nobody heard of it yet, and that the backend knows
   * nothing of the instance counts only when this time has passed.
   */
  overtook(id: OperationId, goneCountsInMs: number): Promise<void>;
  /** Lets an operation that was parked be tried again, for as long as a new clean-up. */
  unpark(id: OperationId): Promise<void>;
  /** A platform asks for what a clean-up does anyway: from now on that is this request's. */
  join(id: OperationId, requestId: string | undefined): Promise<void>;
  /** Locks a parked operation, with its instance, until the end: nobody tries it again meanwhile. Nothing where it is not parked. */
  lockParked(id: OperationId): Promise<Task | undefined>;
  settle(settlement: Settlement): Promise<Written>;
}
