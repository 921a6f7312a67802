import { randomUUID } from 'node:crypto';
import type { BindingResult } from '#sdk';
import { InstanceDriver, type BindingDriver, type DriverOptions } from '../instance-driver.js';
import { expectDeletes, expectRefusal, whenTaken, withInstance, type ContractCase, type ContractSubject } from '../contract-case.js';

/** What every backend promises about bindings; one whose plan cannot be bound refuses them instead. */
export const bindingCases: readonly ContractCase[] = [
  bindingCase('a bind gives a credentials object that works', async (instance, subject) => {
    const result = await instance.binding().bind();
    expect(isPlainObject(result.credentials?.value)).toBe(true);
    expect(JSON.parse(result.credentials?.raw ?? 'null')).toEqual(result.credentials?.value);
    await expectWorking(subject, result);
  }),
  bindingCase('two bindings have credentials of their own', async (instance, subject) => {
    const [first, second] = [await instance.binding().bind(), await instance.binding().bind()];
    await expectWorking(subject, first);
    await expectWorking(subject, second);
    if (subject.backend.capabilities.sharedCredentials) return;
    expect(second.credentials?.raw).not.toBe(first.credentials?.raw);
  }),
  bindingCase('a bind sent again with its operation id ends in one binding that works', async (instance, subject) => {
    const binding = instance.binding();
    const operationId = randomUUID();
    const first = await binding.bind({ operationId });
    const second = await binding.bind({ operationId });
    await expectWorking(subject, second);
    await expectUnbound(subject, binding, first, second);
  }),
  bindingCase('a bind cut off on its way and sent again ends in one binding', async (instance, subject) => {
    const binding = instance.binding();
    const operationId = randomUUID();
    const deadline = new AbortController();
    const cutOff = binding.bind({ operationId, signal: deadline.signal });
    deadline.abort();
    await cutOff.catch(() => undefined);
    const result = await binding.bind({ operationId });
    await expectWorking(subject, result);
    await expectUnbound(subject, binding, result);
  }),
  bindingCase('an unbind revokes its own credentials and no others', async (instance, subject) => {
    const [mine, theirs] = [instance.binding(), instance.binding()];
    const [revoked, kept] = [await mine.bind(), await theirs.bind()];
    await expectUnbound(subject, mine, revoked);
    await expectWorking(subject, kept);
    await expectUnbound(subject, theirs, kept);
  }),
  bindingCase('the id of a removed binding serves a new one', async (instance, subject) => {
    const first = instance.binding();
    await expectUnbound(subject, first, await first.bind());
    const next = instance.binding(first.bindingId);
    const result = await next.bind();
    await expectWorking(subject, result);
    await expectUnbound(subject, next, result);
  }),
  bindingCase('two bindings whose ids differ only in case are two', async (instance, subject) => {
    const id = randomUUID();
    const [upper, lower] = [instance.binding(`A-${id}`), instance.binding(`a-${id}`)];
    const [first, second] = [await upper.bind(), await lower.bind()];
    await expectUnbound(subject, upper, first);
    await expectWorking(subject, second);
    await expectUnbound(subject, lower, second);
  }),
  bindingCase('bindings are made and removed side by side, or refused with ConcurrencyError and taken later', async (instance, subject) => {
    const bindings = Array.from({ length: 4 }, () => instance.binding());
    const results = await Promise.all(bindings.map((binding) => whenTaken(() => binding.bind())));
    for (const result of results) await expectWorking(subject, result);
    const [removed = instance.binding(), ...others] = bindings;
    const late = instance.binding();
    const [added] = await Promise.all([whenTaken(() => late.bind()), whenTaken(() => removed.unbind())]);
    await expectWorking(subject, added);
    await Promise.all([late, ...others].map((binding) => whenTaken(() => binding.unbind())));
    for (const result of [added, ...results]) await expectRevoked(subject, result);
  }),
  bindingCase('an unbind repeated while its first call is under way leaves no binding', async (instance, subject) => {
    const binding = instance.binding();
    const result = await binding.bind();
    const operationId = randomUUID();
    const both = await Promise.allSettled([binding.unbind({ operationId }), binding.unbind({ operationId })]);
    expectDeletes(both);
    await expectRevoked(subject, result);
    await expectRefusal(binding.unbind(), 'Gone');
  }),
  {
    name: 'a bind is finished later only where the backend can fetch its credentials',
    async run(subject) {
      if (!subject.bindable) return;
      await boundOnce(subject);
      if (subject.asyncPlanId !== undefined) await boundOnce(subject, { planId: subject.asyncPlanId });
    },
  },
  bindingCase('a backend that can fetch a binding tells the same credentials again', async (instance, subject) => {
    const binding = instance.binding();
    const { credentials } = await binding.bind();
    if (!subject.backend.capabilities.fetchBinding) return;
    expect((await binding.fetch()).credentials?.raw).toBe(credentials?.raw);
    await expectRefusal(instance.binding().fetch(), 'NotFound');
  }),
  {
    name: 'a binding that does not exist is Gone for an unbind, also when its instance does not exist',
    run: (subject) =>
      withInstance(subject, async (instance) => {
        await expectRefusal(instance.binding().unbind(), 'Gone');
        await instance.provision();
        await expectRefusal(instance.binding().unbind(), 'Gone');
      }),
  },
  {
    name: 'a bind of an instance that does not exist is refused',
    run: (subject) => expectRefusal(new InstanceDriver(subject).binding().bind()),
  },
];

type BindingStory = (instance: InstanceDriver, subject: ContractSubject) => Promise<void>;

function bindingCase(name: string, story: BindingStory): ContractCase {
  return {
    name,
    run: (subject) =>
      withInstance(subject, async (instance) => {
        await instance.provision();
        await (subject.bindable ? story(instance, subject) : expectRefusal(instance.binding().bind()));
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

async function expectUnbound(
  subject: ContractSubject,
  binding: BindingDriver,
  ...results: BindingResult[]
): Promise<void> {
  await binding.unbind();
  for (const result of results) await expectRevoked(subject, result);
  await expectRefusal(binding.unbind(), 'Gone');
}

/** Passes where the subject has no way to try credentials. */
async function expectWorking(subject: ContractSubject, { credentials }: BindingResult): Promise<void> {
  const value = credentials?.value;
  if (!isPlainObject(value)) throw new Error('the bind gave no credentials object');
  if (subject.checkCredentials) expect(await subject.checkCredentials(value)).toBe(true);
}

async function expectRevoked(subject: ContractSubject, { credentials }: BindingResult): Promise<void> {
  const value = credentials?.value;
  if (subject.backend.capabilities.sharedCredentials || !subject.checkCredentials || !isPlainObject(value)) return;
  expect(await subject.checkCredentials(value)).toBe(false);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
