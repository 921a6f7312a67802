import { BrokerError, type BrokerErrorCode } from '#sdk';
import { InstanceDriver, type DriverOptions, type DriverTarget } from './instance-driver.js';

/** A backend under the contract, set up against whatever it needs. */
export interface ContractSubject extends DriverTarget {
  /** A plan whose provision is accepted and finishes later. */
  readonly asyncPlanId?: string;
  /** Whether `planId` and `asyncPlanId` can be bound. */
  readonly bindable: boolean;
  /** Tries the credentials against the real thing. */
  checkCredentials?(credentials: Record<string, unknown>): Promise<boolean>;
  close(): Promise<void>;
}

/** One promise of the contract; `run` rejects when the subject breaks it. */
export interface ContractCase {
  readonly name: string;
  run(subject: ContractSubject): Promise<void>;
}

/** Runs `story` with an instance that is not there yet, and clears away what is left of it afterwards. */
export async function withInstance(
  subject: ContractSubject,
  story: (instance: InstanceDriver) => Promise<void>,
  options: DriverOptions = {},
): Promise<void> {
  const instance = new InstanceDriver(subject, options);
  try {
    await story(instance);
  } finally {
    await instance.deprovision().catch(() => undefined);
  }
}

/** Fails unless the call is refused with a {@link BrokerError} that is fit for an end user, of this code if given. */
export async function expectRefusal(call: Promise<unknown>, code?: BrokerErrorCode): Promise<void> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BrokerError);
  if (!(error instanceof BrokerError)) return;
  if (code !== undefined) expect(error.code).toBe(code);
  expect(error.description).toMatch(/\S/);
  expect(error.description).not.toMatch(/:\/\/|\n\s+at /);
  expect(Buffer.byteLength(error.description)).toBeLessThanOrEqual(8 * 1024);
}
