import { JsonTextError, parseRawObject, type RawObject } from '#sdk';
import type { HttpAnswer } from './exchange.js';
import { retryAfterMs } from './retry-after.js';

/** What the broker sent back, with its body read as far as it can be. */
export interface BrokerAnswer {
  readonly status: number;
  /** The body when it is a JSON object. */
  readonly body?: RawObject;
  /** Why there is no `body`, for operators; never a part of the answer itself. */
  readonly problem?: string;
  /** Nothing at all came as body. */
  readonly isEmpty: boolean;
  /** A router before the broker marked it as its own. */
  readonly isRouters: boolean;
  readonly retryAfterMs?: number;
  readonly etag?: string;
  /** The beginning of what a refusal says, as it came; for operators only. */
  readonly said?: string;
}

/** A success answer that does not keep to the spec. The message is for operators and holds no value of the answer. */
export class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
}

export function readAnswer({ status, headers, body }: HttpAnswer): BrokerAnswer {
  const retryAfter = retryAfterMs(single(headers['retry-after']), Date.now());
  const etag = etagOf(headers);
  return {
    status,
    isEmpty: body?.length === 0,
    isRouters: headers['x-cf-routererror'] !== undefined,
    ...readBody(body),
    ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
    ...(etag === undefined ? {} : { etag }),
    ...(status >= 400 && body !== undefined ? { said: body.subarray(0, MAX_SAID_BYTES).toString() } : {}),
  };
}

/** More than is kept of it: a secret at the end is masked whole before the text is cut. */
const MAX_SAID_BYTES = 16_384;

/** @throws MalformedAnswerError */
export function bodyOf(answer: BrokerAnswer): RawObject {
  if (!answer.body) throw new MalformedAnswerError(`HTTP ${answer.status} whose body ${answer.problem}`);
  return answer.body;
}

/** The broker itself says 404, and not a router before it: that marks it, or has a page of text or HTML. */
export function isBrokersOwn404(answer: BrokerAnswer): boolean {
  return answer.status === 404 && !answer.isRouters && (answer.body !== undefined || answer.isEmpty);
}

function readBody(body: Buffer | undefined): Pick<BrokerAnswer, 'body' | 'problem'> {
  if (body === undefined) return { problem: 'is larger than 1 MiB, or than maxAnswerBytes, or comes in too many small pieces' };
  if (body.length === 0) return { problem: 'is empty' };
  try {
    return { body: parseRawObject(textOf(body)) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** @throws TypeError when it is not UTF-8 */
export const textOf = (body: Buffer): string => new TextDecoder('utf-8', { fatal: true }).decode(body);

/** Why a body could not be read, without a part of it. */
export const problemOf = (error: unknown): string => (error instanceof JsonTextError ? `cannot be used: ${error.message}` : 'is not UTF-8');

const MAX_ETAG_CHARACTERS = 1_024;

/** It is sent back with every read of the catalog; a longer one is not worth that. */
function etagOf(headers: HttpAnswer['headers']): string | undefined {
  const etag = single(headers['etag']);
  return etag !== undefined && etag.length <= MAX_ETAG_CHARACTERS ? etag : undefined;
}

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
