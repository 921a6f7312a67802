import type { Logger } from 'pino';
import { Journal, readable } from '#core';

/** The journal as structured log lines. */
export class PinoJournal extends Journal {
  constructor(private readonly logger: Logger) {
    super();
  }

  info(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.info(fieldsOf(fields), message);
  }

  warn(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.warn(fieldsOf(fields), message);
  }

  error(message: string, fields: Record<string, unknown> = {}): void {
    this.logger.error(fieldsOf(fields), message);
  }

  child(fields: Record<string, unknown>): Journal {
    return new PinoJournal(this.logger.child(fieldsOf(fields)));
  }
}

/** Fields hold what others sent; of errors only what is fit to read. */
const fieldsOf = (fields: Record<string, unknown>): Record<string, unknown> => readable(fields) as Record<string, unknown>;
