/** Counts the turns of the event loop, and finds the one that cost this thread most time of the processor. */
export class SlowestTurn {
  private count = 0;
  private longestCpuMs = 0;
  private before = process.threadCpuUsage();
  private next = setImmediate(() => this.turn());

  static watch(): SlowestTurn {
    return new SlowestTurn();
  }

  stop(): { readonly count: number; readonly longestCpuMs: number } {
    clearImmediate(this.next);
    return { count: this.count, longestCpuMs: this.longestCpuMs };
  }

  private turn(): void {
    const { user, system } = process.threadCpuUsage(this.before);
    this.longestCpuMs = Math.max(this.longestCpuMs, (user + system) / 1_000);
    this.count += 1;
    this.before = process.threadCpuUsage();
    this.next = setImmediate(() => this.turn());
  }
}
