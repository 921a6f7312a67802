const TEXT_WIDTH = 56;
const DETAIL_WIDTH = 26;

/** Prints what is done, line by line, with what came of it and how long it took. */
export class Steps {
  private readonly startedAt = performance.now();
  private taken = 0;

  constructor(private readonly print: (line: string) => void) {}

  heading(text: string): void {
    this.print(`\n${text}`);
  }

  /** Runs one step; prints it when it went well, and also when it did not, before throwing on. */
  async step<T>(text: string, work: () => Promise<T>, detail: (result: T) => string = () => ''): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await work();
      this.taken += 1;
      const took = `${Math.round(performance.now() - startedAt)} ms`;
      this.print(`  ✓ ${text.padEnd(TEXT_WIDTH)} ${detail(result).padEnd(DETAIL_WIDTH)} ${took.padStart(7)}`);
      return result;
    } catch (error) {
      this.print(`  ✗ ${text}`);
      throw error;
    }
  }

  /** For the summary. */
  total(): string {
    return `${this.taken} steps in ${((performance.now() - this.startedAt) / 1000).toFixed(1)} s`;
  }
}
