import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { principalOf, type PrincipalKind } from './principal.js';

/**
 * Refuses a route whose request was not authenticated as the right kind. Defence in depth behind the hook:
 * `@UseGuards(new AuthenticatedGuard('platform'))`.
 */
export class AuthenticatedGuard implements CanActivate {
  constructor(private readonly kind: PrincipalKind) {}

  canActivate(context: ExecutionContext): boolean {
    principalOf(context.switchToHttp().getRequest<FastifyRequest>(), this.kind);
    return true;
  }
}
