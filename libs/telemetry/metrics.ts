import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { BackendCalls, BackendRegistry, Outage, ParkedOperations } from '#core';

/** What can be measured of this process, as Prometheus reads it. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'osb_request_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30, 60],
    registers: [this.registry],
  });

  constructor(backends: BackendRegistry, calls: BackendCalls, outage: Outage, parked: ParkedOperations) {
    collectDefaultMetrics({ register: this.registry });
    const away: Gauge = new Gauge({
      name: 'osb_database_away',
      help: '1 while the database cannot be reached.',
      registers: [this.registry],
      collect: () => away.set(outage.isOn ? 1 : 0),
    });
    const perBackend = (name: string, help: string, read: (id: string) => number): void => {
      const gauge: Gauge<'backend'> = new Gauge({
        name,
        help,
        labelNames: ['backend'] as const,
        registers: [this.registry],
        collect: () => {
          gauge.reset();
          for (const id of backends.ids()) gauge.set({ backend: backends.record(id)?.name ?? id }, read(id));
        },
      });
    };
    perBackend('osb_backend_calls_under_way', 'Calls to the backend under way in this process.', (id) => calls.stateOf(id).callsUnderWay);
    perBackend('osb_backend_breaker_open', '1 while the backend is not called because it keeps failing.', (id) =>
      calls.stateOf(id).breaker === 'closed' ? 0 : 1,
    );
    this.countParked(backends, parked);
  }

  /** Of all gateways on this database. While that is away the numbers stay what they were. */
  private countParked(backends: BackendRegistry, parked: ParkedOperations): void {
    const gauge: Gauge<'backend'> = new Gauge({
      name: 'osb_operations_parked',
      help: 'Clean-ups that were given up and wait for operators, in the whole database.',
      labelNames: ['backend'] as const,
      registers: [this.registry],
      collect: async () => {
        const counts = await parked.counts().catch(() => undefined);
        for (const id of counts ? backends.ids() : []) gauge.set({ backend: backends.record(id)?.name ?? id }, counts?.get(id) ?? 0);
      },
    });
  }

  requestAnswered(method: string, route: string, status: number, seconds: number): void {
    this.requests.observe({ method, route, status }, seconds);
  }
}
