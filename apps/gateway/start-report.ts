import type { INestApplicationContext } from '@nestjs/common';
import { BackendStore, Inventory } from '#core';
import { RELEASE } from '#persistence';

/** So many operations are named. */
const MOST_OPERATIONS = 50;

/** What a log tells of a gateway that has just started. */
export interface StartReport {
  readonly version: string;
  readonly backends: readonly string[];
  /** Those this start has run. */
  readonly migrations: readonly string[];
  /** Begun by earlier processes or other gateways: what nobody works on is taken over. The newest of them. */
  readonly unfinishedOperations: readonly string[];
}

export async function startReport(app: INestApplicationContext, migrations: readonly string[]): Promise<StartReport> {
  const backends = await app.get(BackendStore).all();
  const { items } = await app.get(Inventory).operations({ state: 'running', parked: false }, { limit: MOST_OPERATIONS });
  return {
    version: RELEASE,
    backends: backends.map(({ name, type, state }) => `${name} (${type}, ${state})`),
    migrations,
    unfinishedOperations: items.map(({ id, kind }) => `${kind} ${id}`),
  };
}
