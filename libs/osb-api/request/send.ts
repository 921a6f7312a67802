import type { FastifyReply } from 'fastify';
import { jsonText } from './json-text.js';

/** Every answer of the broker has a JSON object for a body, also an empty one (platforms insist). */
export function send(reply: FastifyReply, status: number, members: Readonly<Record<string, unknown>>): void {
  void reply.status(status).header('content-type', 'application/json; charset=utf-8').send(jsonText(members));
}
