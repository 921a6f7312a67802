import type { BackendLog } from '#sdk';

/** The port to the structured log. Messages are fixed sentences; what varies goes into the fields. */
export abstract class Journal implements BackendLog {
  abstract info(message: string, fields?: Record<string, unknown>): void;
  abstract warn(message: string, fields?: Record<string, unknown>): void;
  abstract error(message: string, fields?: Record<string, unknown>): void;
  abstract child(fields: Record<string, unknown>): Journal;
}
