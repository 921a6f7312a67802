import { OwnPostgres } from '../support/own-postgres.js';
import { PostgresPair } from '../support/postgres-pair.js';
import type { TestDatabase } from '../support/postgres.js';
import { SwitchableAddress } from '../support/switchable-address.js';

/** The killed server is started again, or its synchronous standby is promoted. */
export type HowItEnds = 'restart' | 'failover';

/** A database server of the bench that dies and comes back. */
export interface OutageSetting {
  /** By an address that stays. */
  readonly database: TestDatabase;
  kill(): Promise<void>;
  /** Resolves when changes are taken again at that address. */
  replace(): Promise<void>;
  remove(): Promise<void>;
}

export function setting(how: HowItEnds): Promise<OutageSetting> {
  return how === 'restart' ? restarting() : failingOver();
}

async function restarting(): Promise<OutageSetting> {
  const postgres = await OwnPostgres.start();
  return {
    database: outliving(await postgres.gatewayDatabase()),
    kill: () => postgres.kill(),
    replace: () => postgres.restart(),
    remove: () => postgres.remove(),
  };
}

async function failingOver(): Promise<OutageSetting> {
  const pair = await PostgresPair.start();
  const address = await SwitchableAddress.to(pair.primary.port);
  return {
    database: { ...outliving(pair.database), url: address.urlFor(pair.database.url) },
    kill: () => pair.primary.kill(),
    replace: async () => {
      await pair.standby.promote();
      address.switchTo(pair.standby.port);
    },
    remove: async () => {
      await address.close();
      await pair.remove();
    },
  };
}

/** It goes with its server. */
const outliving = (database: TestDatabase): TestDatabase => ({ ...database, drop: () => Promise.resolve() });
