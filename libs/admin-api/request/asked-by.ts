import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Operator } from '#core';
import { principalOf } from '#security';

/** The operator who asks, for the audit trail, as a parameter of a handler: `@AskedBy() operator: Operator`. */
export const AskedBy = createParamDecorator<void>((_data, context: ExecutionContext): Operator => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { name: principalOf(request, 'admin').username, requestId: request.id };
});
