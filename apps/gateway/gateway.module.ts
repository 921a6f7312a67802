import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AdminApiModule } from '#admin-api';
import { environmentModule, type Environment } from '#config';
import { BackendTypes, CoreModule, Outage, Sealer, Timings } from '#core';
import { OsbApiModule, OsbErrorFilter } from '#osb-api';
import { DataSource, PersistenceModule } from '#persistence';
import { AddressGuard } from '#sdk';
import { AdminCredential, SecurityModule } from '#security';
import { TelemetryModule } from '#telemetry';
import type { Logger } from 'pino';
import { FirstStart } from './first-start.js';

/** What the gateway is made of; everything that can differ from run to run comes in here. */
export interface GatewayParts {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly database: DataSource;
  readonly sealer: Sealer;
  readonly admin: AdminCredential;
  readonly types: BackendTypes;
  readonly timings: Timings;
  readonly outage: Outage;
}

/** The one place that binds ports to adapters. */
@Module({})
export class GatewayModule {
  static async of(parts: GatewayParts): Promise<DynamicModule> {
    const { environment, logger, database, sealer, admin, types, timings, outage } = parts;
    return {
      module: GatewayModule,
      imports: [
        await environmentModule(environment),
        TelemetryModule.forRoot(logger),
        PersistenceModule.forRoot({
          providers: [
            { provide: DataSource, useValue: database },
            { provide: Sealer, useValue: sealer },
            { provide: Timings, useValue: timings },
          ],
        }),
        SecurityModule.forRoot({ providers: [{ provide: AdminCredential, useValue: admin }] }),
        CoreModule.forRoot({
          providers: [
            { provide: BackendTypes, useValue: types },
            { provide: Outage, useValue: outage },
            { provide: AddressGuard, useValue: new AddressGuard(environment.backendAllowedHosts) },
          ],
        }),
        OsbApiModule,
        AdminApiModule,
      ],
      providers: [FirstStart, { provide: APP_FILTER, useClass: OsbErrorFilter }],
    };
  }
}
