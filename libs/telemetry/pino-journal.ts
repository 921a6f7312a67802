import type { Logger } from 'pino';
import { Journal } from '#core';

/** The journal as structured log lines. */
export class PinoJournal extends Journal {
  constructor(private readonly logger: Logger) {
    super();
  }

  info(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.info(withError(fields), message);
  }

  warn(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.warn(withError(fields), message);
  }

  error(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.error(withError(fields), message);
  }

  child(fields: Record<string, unknown>): Journal {
    return new PinoJournal(this.logger.child(fields));
  }
}

/** Of an error only its kind, code, message and stack: what else hangs on it (queries, their values) may be secret. */
function withError(fields: Record<string, unknown>): Record<string, unknown> {
  const { error } = fields;
  if (!(error instanceof Error)) return fields;
  const { name, message, stack } = error;
  return { ...fields, error: { name, message, stack, code: (error as { code?: unknown }).code } };
}
