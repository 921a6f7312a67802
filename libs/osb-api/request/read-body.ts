import type { FastifyRequest } from 'fastify';
import { BrokerError, JsonTextError, parseRawObject, type RawObject } from '#sdk';
import type { z } from 'zod';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as sent, kept beside what was parsed from it. */
    rawText?: string;
  }
}

export interface ReadBody<T> {
  readonly fields: T;
  /** Members with their bytes. */
  readonly raw: RawObject;
}

/**
 * The body of a request by its schema. Unknown fields are ignored (OSB 2.17, Vendor Extension Fields).
 *
 * @throws BrokerError BadRequest that names what is wrong and where
 */
export function readBody<T>(request: FastifyRequest, schema: z.ZodType<T>): ReadBody<T> {
  const raw = parsed(request.rawText);
  const read = schema.safeParse(raw.value);
  if (read.success) return { fields: read.data, raw };
  const problems = read.error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw new BrokerError('BadRequest', problems.join('; '));
}

function parsed(text: string | undefined): RawObject {
  if (text === undefined || text === '') {
    throw new BrokerError('BadRequest', 'the request needs a JSON object as body, with Content-Type: application/json');
  }
  try {
    return parseRawObject(text);
  } catch (error) {
    if (error instanceof JsonTextError) throw new BrokerError('BadRequest', error.message);
    throw error;
  }
}
