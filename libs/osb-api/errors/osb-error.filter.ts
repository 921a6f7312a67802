import { Catch, HttpException, ServiceUnavailableException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Journal, RefusedCreates, type OperationId } from '#core';
import { BrokerError, BROKER_ERRORS, type BrokerErrorCode } from '#sdk';
import { send } from '../request/send.js';
import { createOf } from './refused-create.js';
import { descriptionFor } from './words-for-old-clients.js';

/**
 * The one place where anything thrown becomes an answer: `{error, description}` and nothing else, but for creates of a kind
 * of platform that reads no errors.
 */
@Catch()
export class OsbErrorFilter implements ExceptionFilter {
  constructor(
    private readonly journal: Journal,
    private readonly refused: RefusedCreates,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()];
    const error = this.brokerErrorOf(thrown, request);
    try {
      const operation = await this.acceptedAs(error, request);
      if (operation === undefined) this.answer(error, request, reply);
      else send(reply, 202, { operation });
    } catch (failure) {
      this.answer(this.brokerErrorOf(failure, request), request, reply);
    }
  }

  private async acceptedAs(error: BrokerError, request: FastifyRequest): Promise<OperationId | undefined> {
    const create = createOf(request);
    return create && this.refused.accept(create.platform, create.name, error);
  }

  private answer(error: BrokerError, request: FastifyRequest, reply: FastifyReply): void {
    if (error.status >= 500) this.journal.warn('request failed', { requestId: request.id, code: error.code });
    const { retryAfterSeconds } = error.details;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
    const description = descriptionFor(error, request.headers['x-broker-api-version']);
    send(reply, error.status, { error: error.word, description, ...flags(error, request) });
  }

  private brokerErrorOf(thrown: unknown, request: FastifyRequest): BrokerError {
    if (thrown instanceof BrokerError) return thrown;
    const status = statusOf(thrown);
    if (thrown instanceof ServiceUnavailableException) return new BrokerError('Unavailable', thrown.message);
    if (status !== undefined && status < 500) return refusalOf(status, thrown, request.url);
    this.journal.error('unexpected error', { requestId: request.id, error: thrown });
    return new BrokerError('InternalError', `the gateway failed; its log tells more under request id ${request.id}`);
  }
}

/** `instance_usable` belongs to updates and deprovisions, `update_repeatable` to updates (OSB 2.17, Errors). */
function flags({ details }: BrokerError, { method, url }: FastifyRequest): Record<string, unknown> {
  const isInstance = !url.includes('/service_bindings/');
  const isUpdate = method === 'PATCH';
  return {
    instance_usable: isUpdate || (isInstance && method === 'DELETE') ? details.instanceUsable : undefined,
    update_repeatable: isUpdate ? details.updateRepeatable : undefined,
  };
}

/** Nest and Fastify refuse with errors of their own: unknown routes, bodies too large, broken escapes. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

const TEXTS: Partial<Record<BrokerErrorCode, string>> = {
  BadRequest: 'the request is malformed',
  NotFound: 'there is no such resource; see GET /v2/catalog and the OSB API 2.17 for the routes',
  PayloadTooLarge: 'the body is larger than 1 MB',
};

const NO_ADMIN_ROUTE = 'there is no such route of the admin API; GET /admin/v1/openapi.json describes all of them';

const isAdminPath = (url: string): boolean => /^\/admin(?![^/?])/.test(url);

function refusalOf(status: number, thrown: unknown, url: string): BrokerError {
  if (status === 404 && isAdminPath(url)) return new BrokerError('NotFound', NO_ADMIN_ROUTE);
  // A content type that is not JSON has its own status in HTTP; the OSB API wants 400 for it.
  if (status === 415) return new BrokerError('BadRequest', 'the body must be JSON, with Content-Type: application/json');
  const code = (Object.keys(BROKER_ERRORS) as BrokerErrorCode[]).find((each) => BROKER_ERRORS[each].status === status);
  const text = code && TEXTS[code];
  const told = thrown instanceof Error && code === 'BadRequest' && isBodyError(thrown) ? thrown.message : undefined;
  return new BrokerError(code ?? 'BadRequest', told ?? text ?? 'the request was refused');
}

/** Only our own parser writes messages for callers. */
const isBodyError = (error: Error): boolean => error.name === 'JsonTextError';
