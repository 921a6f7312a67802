import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';
import { readable, readableText } from '#core';

/** Nest's own messages in the same log; what it says while starting is of interest only when debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context: readable(context) }, readableText(String(message)));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context: readable(context) }, readableText(String(message)));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ details: readable(details) }, readableText(String(message)));
  }
}
