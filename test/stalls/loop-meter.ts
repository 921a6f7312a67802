/**
 * How long the event loop of this process stood still, in processor time of its thread: what was used between two turns.
 * Time in which the thread waited for a processor does not count.
 */
export class LoopMeter {
  private longest = 0;
  private last = process.threadCpuUsage();
  private timer: NodeJS.Timeout | undefined;

  start(): this {
    // Timers run once a turn, and this one is due in every turn that is not over at once.
    this.timer = setInterval(() => this.turn(), 1);
    return this;
  }

  /** The longest stall since it was asked last, in milliseconds. */
  read(): number {
    this.turn();
    const longest = this.longest;
    this.longest = 0;
    return longest;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private turn(): void {
    const now = process.threadCpuUsage();
    const usedMs = (now.user - this.last.user + now.system - this.last.system) / 1_000;
    this.longest = Math.max(this.longest, usedMs);
    this.last = now;
  }
}
