import { randomUUID } from 'node:crypto';
import { BrokerError } from '#sdk';
import { ensure, withInstance, type ContractPromise } from '../contract-promise.js';
import type { ContractSubject, Credentials, InstanceData } from '../contract-subject.js';
import { InstanceDriver } from '../instance-driver.js';

/** What every backend promises about what users keep in their instances. */
export const dataPromises: readonly ContractPromise[] = [
  dataPromise('what is kept in one instance cannot be read or changed with the credentials of another', async (subject, data) => {
    await withInstance(subject, async (mine) => {
      await withInstance(subject, async (theirs) => {
        const [own, other] = [await credentialsOf(mine), await credentialsOf(theirs)];
        await data.write(own, 'mine');
        ensure((await data.read(other)) === undefined, 'an instance that was just made shows what was written to another');
        await data.write(other, 'theirs');
        ensure((await data.read(own)) === 'mine', 'what was written to one instance changed another');
      });
    });
  }),
  dataPromise('a new instance finds nothing of a deleted one of the same id', async (subject, data) => {
    const id = randomUUID();
    await withInstance(subject, async (first) => data.write(await credentialsOf(first), 'old'), { instanceId: id });
    await withInstance(
      subject,
      async (next) => ensure((await data.read(await credentialsOf(next))) === undefined, 'what the deleted instance held is read in the new one'),
      { instanceId: id },
    );
  }),
  dataPromise('a provision with another operation id hands nobody what is there already', async (subject, data) => {
    await withInstance(subject, async (first) => {
      await data.write(await credentialsOf(first), 'old');
      const second = new InstanceDriver(subject, { instanceId: first.instanceId });
      const isRefused = await second.provision().then(
        () => false,
        (error: unknown) => error instanceof BrokerError,
      );
      if (isRefused) return;
      ensure((await data.read(await bound(second))) === undefined, 'it succeeded, and its bindings read what another operation made');
    });
  }),
];

function dataPromise(name: string, story: (subject: ContractSubject, data: InstanceData) => Promise<void>): ContractPromise {
  return {
    name,
    async keep(subject) {
      if (subject.bindable && subject.data) await story(subject, subject.data);
    },
  };
}

async function credentialsOf(instance: InstanceDriver): Promise<Credentials> {
  await instance.provision();
  return bound(instance);
}

const bound = async (instance: InstanceDriver): Promise<Credentials> => (await instance.binding().bind()).credentials?.value as Credentials;
