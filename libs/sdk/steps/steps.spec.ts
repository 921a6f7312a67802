import fc from 'fast-check';
import { BrokerError } from '../broker-error.js';
import type { Call, InstanceRef, StateSlot, UpdateRequest } from '../call.js';
import { stepDone, stepWaiting, type Step, type StepContext, type StepOutcome } from './step.js';
import { steps, type Steps } from './steps.js';

const REQUEST: InstanceRef = { instanceId: 'i', serviceId: 's', planId: 'p' };
const UPDATE: UpdateRequest = { ...REQUEST, previousPlanId: 'p' };

/** Ends what is at work, as kill -9 does. */
class Killed extends Error {}

/** A slot whose commits survive whatever happens to who writes it. */
class Disk {
  readonly values = new Map<string, string>();
  /** The commit before which, and after which, the process is killed, counted from now. */
  killBefore = Infinity;
  killAfter = Infinity;

  slot(): StateSlot {
    const copy = new Map(this.values);
    return {
      get: (key) => copy.get(key),
      put: async (key, value) => {
        if ((this.killBefore -= 1) < 0) throw new Killed();
        this.values.set(key, value);
        copy.set(key, value);
        if ((this.killAfter -= 1) < 0) throw new Killed();
      },
    };
  }
}

function call(operationId: string, timeLeftMs = 60_000): Call {
  const deadline = new Date(Date.now() + timeLeftMs);
  return { operationId, deadline, signal: AbortSignal.timeout(60_000), platform: { id: 'p', name: 'p', kind: 'other' }, state: new Disk().slot() };
}

/** What a step does when it is called; absent: it is done, with its own name for a result. */
type Act = (context: StepContext<InstanceRef>) => Promise<StepOutcome> | StepOutcome;

/** Three steps that make one thing each, and what became of them. */
class Work {
  readonly made = new Set<string>();
  readonly calls: string[] = [];
  readonly acts = new Map<string, Act>();
  readonly sequence: Steps<InstanceRef> = steps(['network', 'disk', 'server'].map((name) => this.step(name)));

  private step(name: string): Step<InstanceRef> {
    return {
      name,
      do: async (context) => {
        this.calls.push(`do ${context.key}`);
        const recorded = JSON.parse(disk.values.get('sdk.steps.create') || '{"done":[]}') as { done: string[] };
        if (recorded.done.includes(name)) this.calls.push(`${name} was done already`);
        this.made.add(name);
        return (await this.acts.get(name)?.(context)) ?? stepDone(`${name} of ${Object.keys(context.results).join('+')}`);
      },
      undo: async (context) => {
        this.calls.push(`undo ${context.key}`);
        this.made.delete(name);
        return (await this.acts.get(`undo ${name}`)?.(context)) ?? stepDone();
      },
    };
  }
}

let disk: Disk;
let work: Work;

beforeEach(() => {
  disk = new Disk();
  work = new Work();
});

const create = (operationId = 'op') => work.sequence.create(REQUEST, call(operationId), disk.slot());
const remove = (operationId = 'rm') => work.sequence.remove(REQUEST, call(operationId), disk.slot());
const poll = (kind: 'provision' | 'deprovision', operationId = 'op') =>
  work.sequence.poll({ ...REQUEST, kind, asked: { ...REQUEST, organizationGuid: 'o', spaceGuid: 's' } }, call(operationId), disk.slot());
const update = (operationId = 'up') => work.sequence.update(UPDATE, call(operationId), disk.slot());
const pollUpdate = (operationId = 'up') => work.sequence.poll({ ...UPDATE, kind: 'update', asked: UPDATE }, call(operationId), disk.slot());
const once = (act: Act): Act => {
  let isFirst = true;
  return (context) => {
    const isIt = isFirst;
    isFirst = false;
    return isIt ? act(context) : stepDone();
  };
};

test('steps are done one after the other within a call, each with what the ones before gave', async () => {
  expect(await create()).toEqual({ kind: 'done', result: { network: 'network of ', disk: 'disk of network', server: 'server of network+disk' } });
  expect(work.calls).toEqual(['do op:network', 'do op:disk', 'do op:server']);
  expect(work.sequence.results(disk.slot())).toMatchObject({ server: expect.any(String) });
});

test('a step that waits makes the work accepted, its name is progress, and it is called again at each poll', async () => {
  let waits = 2;
  work.acts.set('disk', () => ((waits -= 1) >= 0 ? stepWaiting({ description: 'formatting', retryAfterMs: 7 }) : stepDone(1)));
  expect(await create()).toEqual({ kind: 'accepted', retryAfterMs: 7 });
  expect(await poll('provision')).toEqual({ kind: 'in progress', description: 'disk (2 of 3): formatting', retryAfterMs: 7 });
  expect(await poll('provision')).toEqual({ kind: 'succeeded' });
  expect(await poll('provision')).toEqual({ kind: 'succeeded' });
  expect(work.calls).toEqual(['do op:network', 'do op:disk', 'do op:disk', 'do op:disk', 'do op:server']);
});

test('no step is begun near the deadline of a call: the work is accepted before', async () => {
  const outcome = await work.sequence.create(REQUEST, call('op', 0), disk.slot());
  expect([outcome.kind, work.calls]).toEqual(['accepted', ['do op:network']]);
  expect(await poll('provision')).toEqual({ kind: 'succeeded' });
});

test('a create sent again goes on where it stands, and one of another operation is a Conflict', async () => {
  await create();
  expect((await create()).kind).toBe('done');
  await expect(create('other')).rejects.toMatchObject({ code: 'Conflict' });
  expect(work.calls).toHaveLength(3);
});

test('a delete undoes the steps, the last one first, and is Gone then', async () => {
  await create();
  work.acts.set('undo disk', once(() => stepWaiting({ retryAfterMs: 5 })));
  expect(await remove()).toEqual({ kind: 'accepted', retryAfterMs: 5 });
  expect(await poll('deprovision', 'rm')).toEqual({ kind: 'gone' });
  expect(work.calls.slice(3)).toEqual(['undo rm:undo:server', 'undo rm:undo:disk', 'undo rm:undo:disk', 'undo rm:undo:network']);
  expect([...work.made]).toEqual([]);
  await expect(remove()).rejects.toMatchObject({ code: 'Gone' });
});

describe('a step that fails', () => {
  const refuse = (code: 'BadRequest' | 'Unavailable'): Act => () => Promise.reject(new BrokerError(code, 'no'));

  test('before anything was done is the refusal of the create, and nothing is left', async () => {
    work.acts.set('network', refuse('BadRequest'));
    await expect(create()).rejects.toMatchObject({ code: 'BadRequest' });
    await expect(remove()).rejects.toMatchObject({ code: 'Gone' });
  });

  test('later makes the create fail so that it is cleaned up, and the delete undoes what was done', async () => {
    work.acts.set('disk', refuse('BadRequest'));
    await expect(create()).rejects.toMatchObject({ code: 'BackendFailed', description: 'no' });
    expect((await remove()).kind).toBe('done');
    expect([...work.made]).toEqual([]);
  });

  test('in a poll fails the create with its words', async () => {
    work.acts.set('network', once(() => stepWaiting()));
    work.acts.set('disk', refuse('BadRequest'));
    await create();
    expect(await poll('provision')).toEqual({ kind: 'failed', description: 'no' });
  });

  test('because it cannot be taken now is asked again by polls, once something was done', async () => {
    work.acts.set('disk', once(refuse('Unavailable')));
    expect((await create()).kind).toBe('accepted');
    expect(await poll('provision')).toEqual({ kind: 'succeeded' });
  });

  test('of an update undoes the update, then it fails', async () => {
    work.acts.set('server', refuse('BadRequest'));
    work.acts.set('undo network', once(() => stepWaiting()));
    expect((await update()).kind).toBe('accepted');
    for (const _time of ['first', 'again']) expect(await pollUpdate()).toEqual({ kind: 'failed', description: 'no', instanceUsable: true });
    expect([...work.made]).toEqual([]);
    await expect(update()).rejects.toMatchObject({ code: 'BackendFailed', description: 'no' });
    work.acts.clear();
    expect((await update('next')).kind).toBe('done');
  });
});

test('a delete that comes while a step is at work waits for it, and not longer than its call', async () => {
  let end = (): void => undefined;
  work.acts.set('disk', () => new Promise((resolve) => (end = () => resolve(stepDone()))));
  const creating = create();
  while (!work.calls.includes('do op:disk')) await new Promise(setImmediate);
  await expect(remove()).rejects.toMatchObject({ code: 'ConcurrencyError' });
  work.acts.set('server', () => stepWaiting());
  end();
  await creating;
  expect((await remove()).kind).toBe('done');
  expect([...work.made]).toEqual([]);
});

test('killed anywhere, no recorded step is done again, the interrupted one is called under its key, and undo leaves nothing', async () => {
  const kills = fc.array(fc.record({ at: fc.constantFrom('before a commit', 'after a commit', 'in a step'), after: fc.nat(8) }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(kills, kills, async (whileCreating, whileRemoving) => {
      [disk, work] = [new Disk(), new Work()];
      await surviving(whileCreating, async () => (await create()).kind);
      expect([...work.made]).toEqual(['network', 'disk', 'server']);
      const order = work.calls.map((each) => ['do op:network', 'do op:disk', 'do op:server'].indexOf(each));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      await surviving(whileRemoving, async () => (await remove().catch(goneIsDone)).kind);
      expect([...work.made]).toEqual([]);
    }),
  );
});

test('a create killed anywhere is undone by the delete, once the call it was in is over', async () => {
  const kill = fc.record({ at: fc.constantFrom('before a commit', 'after a commit', 'in a step'), after: fc.nat(8) });
  await fc.assert(
    fc.asyncProperty(kill, async (whileCreating) => {
      [disk, work] = [new Disk(), new Work()];
      await dying(whileCreating, () => work.sequence.create(REQUEST, call('op', 5), disk.slot()));
      const isDone = (): Promise<boolean> => remove().catch(goneIsDone).then(({ kind }) => kind === 'done', (error: unknown) => onlyKilled(error) ?? false);
      while (!(await isDone())) await new Promise(setImmediate);
      expect([...work.made]).toEqual([]);
    }),
  );
});

interface Kill {
  readonly at: string;
  readonly after: number;
}

/** Runs it until it comes to an end, killed as told. A step is killed when it has acted, and was not heard of. */
async function surviving(kills: readonly Kill[], run: () => Promise<string>): Promise<void> {
  for (const kill of kills) await dying(kill, run);
  expect(await run()).toBe('done');
}

async function dying({ at, after }: Kill, run: () => Promise<unknown>): Promise<void> {
  disk.killBefore = at === 'before a commit' ? after : Infinity;
  disk.killAfter = at === 'after a commit' ? after : Infinity;
  let left = at === 'in a step' ? after : Infinity;
  for (const name of ['network', 'disk', 'server', 'undo network', 'undo disk', 'undo server']) {
    work.acts.set(name, () => {
      if ((left -= 1) >= 0) return stepDone();
      // Nothing is written any more: the process is gone.
      disk.killBefore = 0;
      return Promise.reject(new Killed());
    });
  }
  await run().catch(onlyKilled);
  disk.killBefore = Infinity;
  disk.killAfter = Infinity;
  work.acts.clear();
}

function onlyKilled(error: unknown): undefined {
  if (!(error instanceof Killed) && !(error instanceof BrokerError)) throw error;
  return undefined;
}

function goneIsDone(error: unknown): { kind: string } {
  if (error instanceof BrokerError && error.code === 'Gone') return { kind: 'done' };
  throw error;
}
