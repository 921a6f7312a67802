import { expectStatus, statusLine, type Answer } from './answer.js';

const TEXT_WIDTH = 50;
const DETAIL_WIDTH = 32;

/** Prints what is done, line by line, with what came of it and how long it took. */
export class Steps {
  private readonly startedAt = performance.now();
  private taken = 0;

  constructor(private readonly print: (line: string) => void) {}

  heading(text: string): void {
    this.print(`\n${text}`);
  }

  /** One request that must be answered with one of these statuses. */
  ask(text: string, send: () => Promise<Answer>, ...expected: readonly number[]): Promise<Answer> {
    return this.take(text, async () => expectStatus(await send(), ...expected), statusLine);
  }

  /** Takes one step; its line is printed also when it went wrong, before that is thrown on. */
  async take<T>(text: string, work: () => Promise<T>, detail: (result: T) => string = () => ''): Promise<T> {
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
