import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { BrokerError } from '#sdk';
import { safeText } from '#security';
import { plainWords } from './plain-words.js';

const MAX_DESCRIPTION_BYTES = 8 * 1024;

/** Reads what a handler takes by the schema its decorator names: `@Body({ schema })`, `@Query({ schema })`. */
export class SchemaPipe implements PipeTransform {
  /** @throws BrokerError BadRequest that names every member that is wrong, without its value */
  transform(value: unknown, { schema, type }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    const read = schema.safeParse(value, { error: plainWords });
    if (read.success) return read.data;
    throw refusal(type, value, read.error.issues);
  }
}

function refusal(type: ArgumentMetadata['type'], value: unknown, issues: readonly z.core.$ZodIssue[]): BrokerError {
  // A body that is JSON is parsed by now: what is no object was sent as something else, or not at all.
  if (type === 'body' && typeof value !== 'object') {
    return new BrokerError('BadRequest', 'the request needs a JSON object as body, with Content-Type: application/json');
  }
  const problems = issues.map(({ path, message }) => `${path.length > 0 ? path.join('.') : `the ${type}`}: ${message}`);
  return new BrokerError('BadRequest', safeText(problems.join('; '), MAX_DESCRIPTION_BYTES));
}
