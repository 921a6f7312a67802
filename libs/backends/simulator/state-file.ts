import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Where something keeps what must survive a restart. */
export interface StateStore {
  /** What was written last, or undefined. */
  read(): unknown;
  /** Takes the snapshot and keeps it before it returns; a store that forgets takes none. */
  write(snapshot: () => unknown): void;
}

/** Forgets all when the process ends. */
export const noStore: StateStore = { read: () => undefined, write: () => undefined };

/** A JSON file shared by several stores. Written whole, synchronously and by renaming: never half a file. */
export class StateFile {
  readonly #sections: Record<string, unknown>;

  constructor(private readonly path: string) {
    this.#sections = existsSync(path) ? read(path) : {};
  }

  section(name: string): StateStore {
    return {
      read: () => this.#sections[name],
      write: (snapshot) => {
        this.#sections[name] = snapshot();
        writeFileSync(`${this.path}.new`, JSON.stringify(this.#sections));
        renameSync(`${this.path}.new`, this.path);
      },
    };
  }
}

function read(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`the state file ${path} is not readable JSON; remove it to start with nothing`, { cause });
  }
}
