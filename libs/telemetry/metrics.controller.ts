import { Controller, Get, Header } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** GET /metrics, for Prometheus, with the administrator's login. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
