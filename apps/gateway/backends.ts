import { demoBackend } from '#backends/demo';
import { osbBackend } from '#backends/osb';
import { postgresqlBackend } from '#backends/postgresql';
import { simulatorBackend } from '#backends/simulator';
import { CatalogKeeper, Outage, ProvidedSettings } from '#core';
import type { BackendType } from '#sdk';
import type { OwnServers } from './own-servers.js';

/** The installed backend types, one line each. */
export const INSTALLED_BACKENDS = [demoBackend, postgresqlBackend, osbBackend, simulatorBackend] as BackendType[];

interface Container {
  get<T>(token: abstract new (...parts: never[]) => T): T;
}

/** Fills the gateway's own servers in to the settings of `postgresql` backends, now and whenever they change. */
export function provideOwnServers(app: Container, own: OwnServers): void {
  const provide = (): void => app.get(ProvidedSettings).provide(postgresqlBackend.type, own.settings());
  provide();
  own.onChange(() => {
    provide();
    app.get(CatalogKeeper).rebuild().catch((error: unknown) => {
      app.get(Outage).met('the server for tenants has changed, and its backends could not be made ready', error);
    });
  });
}
