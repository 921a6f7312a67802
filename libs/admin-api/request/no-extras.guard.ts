import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { BrokerError } from '#sdk';
import { safeText } from '#security';

const MAX_NAMES_BYTES = 1024;

/**
 * Refuses a query or a body where the handler reads none: whoever sent it meant something by it. Where one is read, its
 * schema refuses what it does not know.
 */
export class NoExtrasGuard implements CanActivate {
  /** @throws BrokerError BadRequest that names what is too much */
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
    const read = parametersOf(context);
    if (!read.has(RouteParamtypes.QUERY)) refuseMembers('query', query);
    if (!read.has(RouteParamtypes.BODY)) refuseMembers('body', body);
    return true;
  }
}

function parametersOf(context: ExecutionContext): ReadonlySet<number> {
  const known = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as object | undefined;
  return new Set(Object.keys(known ?? {}).map((key) => Number(key.split(':')[0])));
}

function refuseMembers(where: 'query' | 'body', value: unknown): void {
  if (typeof value === 'string' && value !== '') throw new BrokerError('BadRequest', `this route takes no ${where}`);
  const names = Object.keys(value ?? {}).map((name) => `"${name}"`);
  if (names.length === 0) return;
  const named = safeText(names.join(', '), MAX_NAMES_BYTES);
  throw new BrokerError('BadRequest', `the ${where}: takes no ${named}; this route takes no ${where}`);
}
