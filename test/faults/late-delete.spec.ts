import { setTimeout as pause } from 'node:timers/promises';
import { BENCH_TIMINGS } from './bench-timings.js';
import type { PlatformScript } from './clients/platform-script.js';
import { violations } from './invariants.js';
import type { Subject } from './platform-recorder.js';
import { FORWARD } from './proxies/fate.js';
import { HttpProxy } from './proxies/http-proxy.js';
import { Random } from './random.js';
import { Stage } from './stage.js';

/** After the call was given up, and before the gateway counts on nothing of it coming any more. */
const LATE_MS = BENCH_TIMINGS.callMs * 1.9;

let stage: Stage;
const proxies: HttpProxy[] = [];

beforeAll(async () => {
  const toBackend = async (url: string): Promise<string> => {
    const proxy = await HttpProxy.start(url);
    proxies.push(proxy);
    return proxy.url;
  };
  stage = await Stage.start(2, { toDatabase: async (url) => url, toBackend });
});
afterAll(async () => {
  await stage.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
});

const STORIES = {
  instance: async (osb: PlatformScript, subject: Subject): Promise<void> => {
    await osb.deprovision(subject);
    await osb.provision(subject);
  },
  binding: async (osb: PlatformScript, instance: Subject): Promise<void> => {
    const subject = { ...instance, bindingId: `${instance.instanceId}-binding` };
    await osb.bind(subject);
    await osb.unbind(subject);
    await osb.bind(subject);
  },
} as const;

test.each(['instance', 'binding'] as const)('a delete that reaches the backend late does not take the next %s of that id', async (what) => {
  const [backend] = stage.backends;
  if (!backend) throw new Error('the stage has no backend');
  const prefix = `late-${what}-`;
  const osb = stage.script('service-catalog', new Random(what));
  const subject: Subject = { instanceId: `${prefix}one`, plan: { serviceId: backend.serviceId, planId: backend.planId('sync') } };
  delayFirstDelete();
  await osb.provision(subject);
  await STORIES[what](osb, subject);
  while ((await deletesReceived(prefix)) < 2) await pause(20);
  const found = violations(await stage.history(prefix));
  expect(found.filter((sentence) => /^I[12]:/.test(sentence))).toEqual([]);
});

function delayFirstDelete(): void {
  let isFirst = true;
  for (const proxy of proxies) {
    proxy.fateOf = ({ method }) => {
      if (method !== 'DELETE' || !isFirst) return FORWARD;
      isFirst = false;
      return { kind: 'delay', delayMs: LATE_MS };
    };
  }
}

async function deletesReceived(prefix: string): Promise<number> {
  const { backends } = await stage.history(prefix);
  const calls = backends.flatMap(({ calls: all }) => all);
  return calls.filter(({ verb, endedAtMs }) => (verb === 'deprovision' || verb === 'unbind') && endedAtMs !== undefined).length;
}
