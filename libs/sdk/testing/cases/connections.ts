import { setTimeout as wait } from 'node:timers/promises';
import { ensure, type ContractPromise } from '../contract-promise.js';
import { InstanceDriver } from '../instance-driver.js';

const LONGEST_WAIT_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/** What every backend promises about what it holds open. */
export const connectionPromises: readonly ContractPromise[] = [
  {
    name: 'close gives up every connection',
    async keep(subject) {
      const before = connections();
      const instance = new InstanceDriver(subject);
      await instance.provision();
      if (subject.bindable) await instance.binding().bind();
      await instance.deprovision();
      await subject.backend.close?.();
      const left = await leftOver(before);
      ensure(left <= 0, `${left} connections are open ${LONGEST_WAIT_MS / 1_000} s after close()`);
    },
  },
];

const SOCKETS = new Set(['TCPSocketWrap', 'PipeWrap', 'TLSWrap']);

const connections = (): number => process.getActiveResourcesInfo().filter((each) => SOCKETS.has(each)).length;

async function leftOver(before: number): Promise<number> {
  const giveUpAt = Date.now() + LONGEST_WAIT_MS;
  while (connections() > before && Date.now() < giveUpAt) await wait(LOOK_AGAIN_MS);
  return connections() - before;
}
