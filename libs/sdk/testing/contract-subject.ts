import type { DriverTarget } from './instance-driver.js';
import type { TestEnvironment } from './test-environment.js';

/** Credentials as a bind gave them. */
export type Credentials = Record<string, unknown>;

/** What users keep in an instance, reached with credentials of it. */
export interface InstanceData {
  /** Keeps this text in the instance, instead of what was kept before. */
  write(credentials: Credentials, text: string): Promise<void>;
  /** The text that is kept; undefined when there is none. */
  read(credentials: Credentials): Promise<string | undefined>;
}

/** A backend under the contract, set up against whatever it needs. What is absent is not tried. */
export interface ContractSubject extends DriverTarget {
  /** A plan whose provision is accepted and finishes later. */
  readonly asyncPlanId?: string;
  /** Whether `planId` and `asyncPlanId` can be bound. */
  readonly bindable: boolean;
  /** Tries the credentials against the real thing. */
  checkCredentials?(credentials: Credentials): Promise<boolean>;
  /** Shows what one instance sees of another, and what a delete leaves. */
  readonly data?: InstanceData;
  /** What no error and no line of the log may hold: the secrets of the settings. */
  readonly secrets?: readonly string[];
  /** What `create` was given, for its log. */
  readonly environment?: TestEnvironment;
  /** Gives up what `setup` made, but for the backend: that is closed before. */
  close(): Promise<void>;
}
