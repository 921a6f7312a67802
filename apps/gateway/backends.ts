import { demoBackend } from '#backends/demo';
import { osbBackend } from '#backends/osb';
import { postgresqlBackend, type PostgresqlServer } from '#backends/postgresql';
import { simulatorBackend } from '#backends/simulator';
import type { BackendType } from '#sdk';

/** What the installed types need of this gateway. */
export interface BackendNeeds {
  /** The server `postgresql` works on where its settings name none: the gateway's own. */
  readonly ownServer: PostgresqlServer;
}

/** The installed backend types, one line each. */
export function installedBackends({ ownServer }: BackendNeeds): BackendType[] {
  return [
    demoBackend,
    postgresqlBackend({ defaultServer: () => ownServer }),
    osbBackend,
    simulatorBackend,
  ] as BackendType[];
}
