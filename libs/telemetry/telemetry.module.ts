import { Module, type DynamicModule } from '@nestjs/common';
import { Journal } from '#core';
import type { Logger } from 'pino';
import { HealthController, Readiness } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';
import { PinoJournal } from './pino-journal.js';

/** Log, metrics and health. */
@Module({})
export class TelemetryModule {
  static forRoot(logger: Logger): DynamicModule {
    const providers = [{ provide: Journal, useFactory: () => new PinoJournal(logger) }, Readiness, Metrics];
    return { module: TelemetryModule, global: true, controllers: [HealthController, MetricsController], providers, exports: providers };
  }
}
