import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PlatformRef } from '#sdk';
import { principalOf, type AdminRef } from './principal.js';

/** The platform that asks, as a parameter of a handler: `@Platform() platform: PlatformRef`. */
export const Platform = createParamDecorator<void>((_data, context: ExecutionContext): PlatformRef => {
  return principalOf(requestOf(context), 'platform').platform;
});

/** The administrator who asks, as a parameter of a handler: `@Admin() admin: AdminRef`. */
export const Admin = createParamDecorator<void>((_data, context: ExecutionContext): AdminRef => {
  return principalOf(requestOf(context), 'admin');
});

function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}
