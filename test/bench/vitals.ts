import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How a process fared since it was asked last. */
export interface Vitals {
  readonly rssBytes: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** Measures this process: processor time of all its threads, memory, and how late its event loop turns. */
export class VitalsMeter {
  private readonly delay = monitorEventLoopDelay({ resolution: 1 });
  private cpu = process.cpuUsage();
  private sinceMs = performance.now();

  constructor() {
    this.delay.enable();
  }

  read(): Vitals {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.cpu);
    const vitals = {
      rssBytes: process.memoryUsage.rss(),
      cpuShare: (user + system) / 1000 / (now - this.sinceMs),
      loopDelayMs: { p50: ms(this.delay.percentile(50)), p99: ms(this.delay.percentile(99)), max: ms(this.delay.max) },
    };
    this.delay.reset();
    this.cpu = process.cpuUsage();
    this.sinceMs = now;
    return vitals;
  }
}

/** The monitor counts the millisecond between two of its looks as well. */
const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 1);
