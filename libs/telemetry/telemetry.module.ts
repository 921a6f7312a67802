import { Module, type DynamicModule } from '@nestjs/common';
import { Journal } from '#core';
import type { Logger } from 'pino';
import { HealthController, Readiness } from './health.controller.js';
import { PinoJournal } from './pino-journal.js';

/** Log and health. */
@Module({})
export class TelemetryModule {
  static forRoot(logger: Logger): DynamicModule {
    const providers = [{ provide: Journal, useFactory: () => new PinoJournal(logger) }, Readiness];
    return { module: TelemetryModule, global: true, controllers: [HealthController], providers, exports: providers };
  }
}
