import { Surprise } from './surprise.js';

export type Json = Readonly<Record<string, unknown>>;

/** An answer of the broker. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** Platforms insist on a JSON object in every answer, so anything else is a surprise. */
export function readAnswer(status: number, text: string): Answer {
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { status, body: value as Json };
  throw new Surprise('a JSON object as body', `${status} ${JSON.stringify(text.slice(0, 200))}`);
}

/** The answer, if its status is one of these. Throws a {@link Surprise} otherwise. */
export function expectStatus(answer: Answer, ...expected: readonly number[]): Answer {
  if (expected.includes(answer.status)) return answer;
  throw new Surprise(`status ${expected.join(' or ')}`, shown(answer));
}

/** `409 Conflict`, `200` */
export function statusLine({ status, body }: Answer): string {
  return typeof body['error'] === 'string' ? `${status} ${body['error']}` : String(status);
}

/** All of it but credentials. */
export function shown({ status, body }: Answer): string {
  const { credentials, ...rest } = body;
  return `${status} ${JSON.stringify(credentials === undefined ? rest : { ...rest, credentials: '…' })}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
