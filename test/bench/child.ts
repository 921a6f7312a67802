import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the benchmark; it ends with this one, or by `end`. */
export class Child {
  private constructor(private readonly child: ChildProcess) {}

  static start(file: string, args: readonly string[] = [], env: Record<string, string> = {}): Child {
    const path = fileURLToPath(new URL(file, import.meta.url));
    return new Child(fork(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  }

  async next<T>(): Promise<T> {
    const [message] = (await once(this.child, 'message')) as [T];
    return message;
  }

  async ask<T>(question: object): Promise<T> {
    this.child.send(question);
    return this.next<T>();
  }

  async end(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
