import type { PlatformClock } from '../clock.js';
import type { ServiceInstance } from './objects.js';
import { doubling } from '../work-queue.js';

interface Pause {
  readonly generation: number;
  attempts: number;
  isDirty: boolean;
  untilSeconds: number;
}

/** Provisions and updates are not repeated before a pause has passed; deletes are. Known to one process only. */
export class RetryBackoff {
  private readonly pauses = new Map<ServiceInstance, Pause>();

  constructor(private readonly clock: PlatformClock) {}

  /** An attempt starts; the next one waits, unless the user changes what is wanted. */
  attempt(instance: ServiceInstance): void {
    const pause = this.of(instance) ?? { generation: instance.generation, attempts: 0, isDirty: true, untilSeconds: 0 };
    pause.isDirty = true;
    this.pauses.set(instance, pause);
  }

  /** The seconds that are left to wait. */
  left(instance: ServiceInstance): number {
    const pause = this.of(instance);
    if (!pause) return 0;
    if (pause.isDirty) {
      pause.untilSeconds = this.clock.nowSeconds + doubling(pause.attempts);
      pause.attempts += 1;
      pause.isDirty = false;
    }
    return Math.max(0, pause.untilSeconds - this.clock.nowSeconds);
  }

  forget(instance: ServiceInstance): void {
    this.pauses.delete(instance);
  }

  private of(instance: ServiceInstance): Pause | undefined {
    const pause = this.pauses.get(instance);
    if (pause?.generation !== instance.generation) this.pauses.delete(instance);
    return this.pauses.get(instance);
  }
}
