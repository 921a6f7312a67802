import { setTimeout as wait } from 'node:timers/promises';
import { BrokerError, type BrokerErrorCode } from '#sdk';
import type { ContractSubject } from './contract-subject.js';
import { InstanceDriver, type DriverOptions } from './instance-driver.js';

/** One promise of the contract; `keep` rejects when the subject breaks it. */
export interface ContractPromise {
  readonly name: string;
  readonly keep: (subject: ContractSubject) => Promise<void>;
}

/** @throws Error with that text, unless it holds */
export function ensure(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** What was thrown, in short. */
export const textOf = (error: unknown): string => (Error.isError(error) ? `${error.name}: ${error.message}` : 'something that is no error');

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

const MOST_DESCRIPTION_BYTES = 8 * 1024;

/** Fails unless the call is refused with a {@link BrokerError} that is fit for an end user, of this code if given. */
export async function ensureRefused(call: Promise<unknown>, code?: BrokerErrorCode): Promise<void> {
  const expected = code === undefined ? 'a BrokerError' : `the BrokerError ${code}`;
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  ensure(error !== undefined, `the call succeeded; it should throw ${expected}`);
  ensure(error instanceof BrokerError, `it threw ${textOf(error)}; it should be ${expected}`);
  const { description } = error;
  ensure(code === undefined || error.code === code, `it threw the BrokerError ${error.code} (${description}); it should be ${expected}`);
  ensure(/\S/.test(description), 'the description of its error is empty');
  ensure(!/:\/\/|\n\s+at /.test(description), `the description of its error holds an address or a stack: ${description}`);
  const sizeBytes = Buffer.byteLength(description);
  ensure(sizeBytes <= MOST_DESCRIPTION_BYTES, `the description of its error has ${sizeBytes} bytes; at most ${MOST_DESCRIPTION_BYTES} are shown`);
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
export function ensureDeleted(ends: readonly PromiseSettledResult<void>[]): void {
  const refused = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as unknown);
  ensure(refused.length < ends.length, `all of ${ends.length} deletes failed: ${textOf(refused[0])}`);
  const other = refused.find((error) => !isRefusal(error, 'Gone') && !isRefusal(error, 'ConcurrencyError'));
  ensure(other === undefined, `a delete failed while another one was under way; it should be Gone or ConcurrencyError: ${textOf(other)}`);
}

const isRefusal = (error: unknown, code: BrokerErrorCode): boolean => error instanceof BrokerError && error.code === code;
