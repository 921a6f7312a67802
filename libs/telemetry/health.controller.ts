import { Controller, Get, HttpCode, Injectable, ServiceUnavailableException } from '@nestjs/common';

/** Whether this process wants requests. */
@Injectable()
export class Readiness {
  private state: 'starting' | 'ready' | 'draining' = 'starting';

  ready(): void {
    this.state = 'ready';
  }

  draining(): void {
    this.state = 'draining';
  }

  current(): string {
    return this.state;
  }
}

/**
 * For probes. Ready means: the catalog can be served. It depends on no backend, and not on the database once the
 * catalog is in memory.
 */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @HttpCode(200)
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('ready')
  @HttpCode(200)
  ready(): { status: string } {
    const status = this.readiness.current();
    if (status !== 'ready') throw new ServiceUnavailableException(`the gateway is ${status}`);
    return { status };
  }
}
