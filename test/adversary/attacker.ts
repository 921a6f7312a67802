import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../faults/random.js';
import type { Login } from './login.js';
import { Session } from './session.js';
import type { World } from './world.js';

const LONGEST_ACTION_MS = 8_000;
/** How long a login goes on after the answer to its unbind: nothing of it may succeed. */
const GOES_ON_MS = 2_000;

/** Works against the server with one login, action after action, until some time after its unbind, or the signal. */
export async function attack(world: World, login: Login, name: string, signal: AbortSignal): Promise<void> {
  const random = new Random(`${world.seed}/${name}`);
  let session = new Session(login, world, random);
  try {
    for (let turn = 1; !signal.aborted && !isOver(login); turn += 1) {
      const family = random.pick(world.families);
      const [action, run] = random.pick(Object.entries(family.actions));
      world.violations.action(`${name} #${turn} ${family.name}.${action}`);
      const inTime = await Promise.race([run(session, random).then(() => true), pause(LONGEST_ACTION_MS, false, { ref: false })]);
      if (!inTime) {
        await session.close();
        session = new Session(login, world, random);
      }
      await pause(10 + random.below(60));
      if (random.below(6) === 0) await session.reconnect();
    }
  } finally {
    await session.close();
  }
}

const isOver = ({ endedAtMs }: Login): boolean => endedAtMs !== undefined && Date.now() > endedAtMs + GOES_ON_MS;
