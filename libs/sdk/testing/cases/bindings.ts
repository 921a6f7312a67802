import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { BindingResult } from '#sdk';
import { ensure, ensureDeleted, ensureRefused, whenTaken, withInstance, type ContractPromise } from '../contract-promise.js';
import type { ContractSubject, Credentials } from '../contract-subject.js';
import { InstanceDriver, type BindingDriver, type DriverOptions } from '../instance-driver.js';

/** What every backend promises about bindings; one whose plan cannot be bound refuses them instead. */
export const bindingPromises: readonly ContractPromise[] = [
  bindingPromise('a bind gives a credentials object that works', async (instance, subject) => {
    const result = await instance.binding().bind();
    await ensureWorking(subject, result);
    const text: unknown = JSON.parse(result.credentials?.raw ?? 'null');
    ensure(isDeepStrictEqual(text, result.credentials?.value), 'the raw text of its credentials says something else than their value');
  }),
  bindingPromise('two bindings have credentials of their own', async (instance, subject) => {
    const [first, second] = [await instance.binding().bind(), await instance.binding().bind()];
    await ensureWorking(subject, first);
    await ensureWorking(subject, second);
    if (subject.backend.capabilities.sharedCredentials) return;
    ensure(second.credentials?.raw !== first.credentials?.raw, 'both have the same; declare sharedCredentials where this is meant');
  }),
  bindingPromise('a bind sent again with its operation id ends in one binding that works', async (instance, subject) => {
    const binding = instance.binding();
    const operationId = randomUUID();
    const first = await binding.bind({ operationId });
    const second = await binding.bind({ operationId });
    await ensureWorking(subject, second);
    await ensureUnbound(subject, binding, first, second);
  }),
  bindingPromise('a bind cut off on its way and sent again ends in one binding', async (instance, subject) => {
    const binding = instance.binding();
    const operationId = randomUUID();
    const deadline = new AbortController();
    const cutOff = binding.bind({ operationId, signal: deadline.signal });
    deadline.abort();
    await cutOff.catch(() => undefined);
    const result = await binding.bind({ operationId });
    await ensureWorking(subject, result);
    await ensureUnbound(subject, binding, result);
  }),
  bindingPromise('an unbind revokes its own credentials and no others', async (instance, subject) => {
    const [mine, theirs] = [instance.binding(), instance.binding()];
    const [revoked, kept] = [await mine.bind(), await theirs.bind()];
    await ensureUnbound(subject, mine, revoked);
    await ensureWorking(subject, kept);
    await ensureUnbound(subject, theirs, kept);
  }),
  bindingPromise('a deprovision revokes what bindings are left, where the backend says so', async (instance, subject) => {
    if (!subject.backend.capabilities.deprovisionRevokesBindings) return;
    const left = await instance.binding().bind();
    await instance.deprovision();
    await ensureRevoked(subject, left);
  }),
  bindingPromise('the id of a removed binding serves a new one', async (instance, subject) => {
    const first = instance.binding();
    await ensureUnbound(subject, first, await first.bind());
    const next = instance.binding(first.bindingId);
    const result = await next.bind();
    await ensureWorking(subject, result);
    await ensureUnbound(subject, next, result);
  }),
  bindingPromise('two bindings whose ids differ only in case are two', async (instance, subject) => {
    const id = randomUUID();
    const [upper, lower] = [instance.binding(`A-${id}`), instance.binding(`a-${id}`)];
    const [first, second] = [await upper.bind(), await lower.bind()];
    await ensureUnbound(subject, upper, first);
    await ensureWorking(subject, second);
    await ensureUnbound(subject, lower, second);
  }),
  bindingPromise('bindings are made and removed side by side, or refused with ConcurrencyError and taken later', async (instance, subject) => {
    const bindings = Array.from({ length: 4 }, () => instance.binding());
    const results = await Promise.all(bindings.map((binding) => whenTaken(() => binding.bind())));
    for (const result of results) await ensureWorking(subject, result);
    const [removed = instance.binding(), ...others] = bindings;
    const late = instance.binding();
    const [added] = await Promise.all([whenTaken(() => late.bind()), whenTaken(() => removed.unbind())]);
    await ensureWorking(subject, added);
    await Promise.all([late, ...others].map((binding) => whenTaken(() => binding.unbind())));
    for (const result of [added, ...results]) await ensureRevoked(subject, result);
  }),
  bindingPromise('an unbind repeated while its first call is under way leaves no binding', async (instance, subject) => {
    const binding = instance.binding();
    const result = await binding.bind();
    const operationId = randomUUID();
    const both = await Promise.allSettled([binding.unbind({ operationId }), binding.unbind({ operationId })]);
    ensureDeleted(both);
    await ensureRevoked(subject, result);
    await ensureRefused(binding.unbind(), 'Gone');
  }),
  {
    name: 'a bind is finished later only where the backend can fetch its credentials',
    async keep(subject) {
      if (!subject.bindable) return;
      await boundOnce(subject);
      if (subject.asyncPlanId !== undefined) await boundOnce(subject, { planId: subject.asyncPlanId });
    },
  },
  bindingPromise('a backend that can fetch a binding tells the same credentials again', async (instance, subject) => {
    const binding = instance.binding();
    const { credentials } = await binding.bind();
    if (!subject.backend.capabilities.fetchBinding) return;
    ensure((await binding.fetch()).credentials?.raw === credentials?.raw, 'it tells others');
    await ensureRefused(instance.binding().fetch(), 'NotFound');
  }),
  {
    name: 'a binding that does not exist is Gone for an unbind, also when its instance does not exist',
    keep: (subject) =>
      withInstance(subject, async (instance) => {
        await ensureRefused(instance.binding().unbind(), 'Gone');
        await instance.provision();
        await ensureRefused(instance.binding().unbind(), 'Gone');
      }),
  },
  {
    name: 'a bind of an instance that does not exist is refused',
    keep: (subject) => ensureRefused(new InstanceDriver(subject).binding().bind()),
  },
];

type BindingStory = (instance: InstanceDriver, subject: ContractSubject) => Promise<void>;

function bindingPromise(name: string, story: BindingStory): ContractPromise {
  return {
    name,
    keep: (subject) =>
      withInstance(subject, async (instance) => {
        await instance.provision();
        await (subject.bindable ? story(instance, subject) : ensureRefused(instance.binding().bind()));
      }),
  };
}

/** A bind that is accepted without `fetchBinding` fails in the driver. */
async function boundOnce(subject: ContractSubject, options: DriverOptions = {}): Promise<void> {
  const story = async (instance: InstanceDriver): Promise<void> => {
    await instance.provision();
    await instance.binding().bind();
  };
  await withInstance(subject, story, options);
}

async function ensureUnbound(
  subject: ContractSubject,
  binding: BindingDriver,
  ...results: BindingResult[]
): Promise<void> {
  await binding.unbind();
  for (const result of results) await ensureRevoked(subject, result);
  await ensureRefused(binding.unbind(), 'Gone');
}

/** Passes where the subject has no way to try credentials. */
async function ensureWorking(subject: ContractSubject, { credentials }: BindingResult): Promise<void> {
  const value = credentials?.value;
  ensure(isPlainObject(value), 'the bind gave no credentials object');
  if (subject.checkCredentials) ensure(await subject.checkCredentials(value), 'the credentials of a binding do not work');
}

async function ensureRevoked(subject: ContractSubject, { credentials }: BindingResult): Promise<void> {
  const value = credentials?.value;
  if (subject.backend.capabilities.sharedCredentials || !subject.checkCredentials || !isPlainObject(value)) return;
  ensure(!(await subject.checkCredentials(value)), 'the credentials of a removed binding still work');
}

function isPlainObject(value: unknown): value is Credentials {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
