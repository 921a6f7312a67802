import { BackendGuard } from './backend-guard.js';
import type { CallEnd } from './call-end.js';

const answered: CallEnd<string> = { kind: 'answered', value: 'yes' };
const unknown: CallEnd<string> = { kind: 'unknown', reason: 'no answer' };

/** A call that never ends, and how often it was made. */
function hanging(): { readonly call: () => Promise<never>; readonly made: () => number } {
  let count = 0;
  return { call: () => ((count += 1), new Promise<never>(() => undefined)), made: () => count };
}

/** A guard whose breaker has opened. */
async function broken(restMs: number): Promise<BackendGuard> {
  const guard = new BackendGuard(restMs);
  for (let failure = 0; failure < 5; failure += 1) await guard.run(async () => unknown);
  expect(guard.state()).toMatchObject({ breaker: 'open', callsUnderWay: 0 });
  return guard;
}

test('the call beyond the most at once is refused unsent, and told when to come again', async () => {
  const guard = new BackendGuard(10_000, 2);
  const { call, made } = hanging();
  void guard.run(call);
  void guard.run(call);
  const end = await guard.run(call);
  expect(end).toMatchObject({ kind: 'refused', error: { code: 'Unavailable', details: { retryAfterSeconds: 1 } } });
  expect(made()).toBe(2);
  expect(guard.state()).toEqual({ breaker: 'closed', callsUnderWay: 2, mostCalls: 2 });
});

test('five failures in a row open the breaker: nothing is sent until it has rested', async () => {
  const guard = await broken(7_000);
  const { call, made } = hanging();
  const end = await guard.run(call);
  expect(end).toMatchObject({ kind: 'refused', error: { code: 'Unavailable', details: { retryAfterSeconds: 7 } } });
  expect(made()).toBe(0);
});

test('a refusal with a meaning shows that the backend works', async () => {
  const guard = new BackendGuard(10_000);
  for (let failure = 0; failure < 4; failure += 1) await guard.run(async () => unknown);
  await guard.run(async () => answered);
  await guard.run(async () => unknown);
  expect(guard.state().breaker).toBe('closed');
});

test('while one call tries a backend that failed, the others are refused at once instead of waiting for its end', async () => {
  const guard = await broken(0);
  const trial = Promise.withResolvers<CallEnd<string>>();
  const first = guard.run(() => trial.promise);
  expect(guard.state().breaker).toBe('half-open');
  const { call, made } = hanging();
  expect(await guard.run(call)).toMatchObject({ kind: 'refused', error: { code: 'Unavailable' } });
  expect(made()).toBe(0);

  trial.resolve(answered);
  expect(await first).toEqual(answered);
  expect(guard.state().breaker).toBe('closed');
  expect(await guard.run(async () => answered)).toEqual(answered);
});
