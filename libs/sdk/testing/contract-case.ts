import { setTimeout as wait } from 'node:timers/promises';
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

const TRY_AGAIN_MS = 20;
const LONGEST_WAIT_MS = 25_000;

/** What the call came to, once the backend took it: one that overlaps with others may be refused with ConcurrencyError. */
export async function whenTaken<T>(call: () => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isRefusal(error, 'ConcurrencyError') || Date.now() > giveUpAt) throw error;
    }
    await wait(TRY_AGAIN_MS);
  }
}

/** Fails unless one delete at least was carried out, and all others were told that it is gone or that one is under way. */
export function expectDeletes(ends: readonly PromiseSettledResult<void>[]): void {
  const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(ends.length - refused.length).toBeGreaterThan(0);
  for (const error of refused) expect(isRefusal(error, 'Gone') || isRefusal(error, 'ConcurrencyError')).toBe(true);
}

const isRefusal = (error: unknown, code: BrokerErrorCode): boolean => error instanceof BrokerError && error.code === code;
