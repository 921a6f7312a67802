import type { OperationKind } from './call.js';

/** What a backend can do beyond the contract's minimum. Each is read by the gateway; absent means no. */
export interface Capabilities {
  /** `deprovision` may also come while the call of a create is under way, and ends the create. */
  readonly cancelCreate?: boolean;
  /** The dashboard's address is known before provisioning ends, so a slow create may be answered 202. */
  readonly dashboardUrlUpFront?: boolean;
  /** All bindings of an instance share credentials: unbind revokes nothing. Shown to operators as a warning. */
  readonly sharedCredentials?: boolean;
  /**
   * `deprovision` revokes the credentials of every binding that is left. Operators may then turn off that bindings are
   * unbound before it (`policy.unbindBeforeDeprovision`).
   */
  readonly deprovisionRevokesBindings?: boolean;
  /**
   * Verbs that may answer `accepted`; absent: none. Where operators turn waiting off for a plan (`bridgeSync: false`), the
   * gateway refuses these verbs with `AsyncRequired` when the platform takes no 202, and sends all others.
   */
  readonly asynchronousVerbs?: readonly OperationKind[];
  /**
   * Heeds `call.acceptsIncomplete`: whether a call needs a platform that takes a 202 is the backend's to say, whatever
   * `asynchronousVerbs` names.
   */
  readonly heedsAcceptsIncomplete?: boolean;
  /**
   * How long a call that changes something may take, up to 10 minutes; shorter than the gateway's 50 s counts as those.
   * A platform that takes no 202 is answered after 50 s all the same.
   */
  readonly callTimeoutMs?: number;
  /** `fetchInstance` tells what the backend itself knows; without it the gateway answers from its own record. */
  readonly fetchInstance?: boolean;
  /** `fetchBinding` returns the credentials again; a bind that is accepted without it counts as failed and is unbound. */
  readonly fetchBinding?: boolean;
}
