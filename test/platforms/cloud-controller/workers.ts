/** A job ends here, in the middle, because its process has. */
class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

/** The process that runs jobs. It can die, and another one takes its place, which knows the database only. */
export class Workers {
  private readonly running = new Set<Promise<void>>();
  /** Of the living one. */
  number = 1;

  /** Runs a job to its end, or to that of its worker. Fails only when the model itself is wrong. */
  run(job: (stillAlive: <T>(step: Promise<T>) => Promise<T>) => Promise<void>): Promise<void> {
    const own = this.number;
    const stillAlive = async <T>(step: Promise<T>): Promise<T> => {
      const outcome = await step;
      if (this.number !== own) throw new WorkerDied();
      return outcome;
    };
    const running = job(stillAlive).catch(swallowEndings);
    this.running.add(running);
    return running.finally(() => this.running.delete(running));
  }

  die(): void {
    this.number += 1;
  }

  /** Resolves when no job runs any more, those that jobs have started included. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }
}

/** The clock is stopped at the end of a test, in the midst of waiting. */
function swallowEndings(error: unknown): void {
  const isEnding = error instanceof WorkerDied || (error instanceof Error && error.name === 'AbortError');
  if (!isEnding) throw error;
}
