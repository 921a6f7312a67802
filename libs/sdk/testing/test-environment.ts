import { AddressGuard, type BackendEnvironment } from '#sdk';

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields?: Record<string, unknown>;
}

/** An environment whose log is kept, so that a test can see that nothing secret went into it. */
export interface TestEnvironment extends BackendEnvironment {
  readonly lines: readonly LogLine[];
}

/** @param addresses what may be connected to; by default no loopback, link-local or metadata address */
export function testEnvironment(name = 'under-test', addresses = new AddressGuard([])): TestEnvironment {
  const lines: LogLine[] = [];
  const write =
    (level: LogLine['level']) =>
    (message: string, fields?: Record<string, unknown>): void => {
      lines.push({ level, message, ...(fields === undefined ? {} : { fields }) });
    };
  return { name, lines, addresses, log: { info: write('info'), warn: write('warn') } };
}
