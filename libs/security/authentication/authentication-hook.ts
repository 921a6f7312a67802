import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import passport from 'passport';
import { failpoint } from '#core';
import { BrokerError } from '#sdk';
import { accessOf } from './areas.js';
import { Authenticator } from './authenticator.js';
import { CHALLENGE } from './challenge.js';
import type { Principal, PrincipalKind } from './principal.js';
import { AdminStrategy, PlatformStrategy } from './strategies.js';

type PassportMiddleware = (request: FastifyRequest, reply: FastifyReply, next: (error: Error) => void) => void;

/**
 * Authenticates every request before its body is read, so that a bad password and a broken body give 401.
 * Register it before the routes: `fastify.addHook('onRequest', hook.authenticate)`.
 */
@Injectable()
export class AuthenticationHook {
  /** Of its own: two gateways in one process must not take each other's strategies. */
  readonly #passport = new passport.Passport();

  constructor(
    private readonly authenticator: Authenticator,
    platforms: PlatformStrategy,
    admins: AdminStrategy,
  ) {
    this.#passport.use('platform' satisfies PrincipalKind, platforms);
    this.#passport.use('admin' satisfies PrincipalKind, admins);
  }

  /**
   * Sets `request.principal`, or ends with `Unauthorized` and the challenge set on the reply. A header that is known
   * goes through without waiting: this is on the way of every request.
   */
  readonly authenticate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const access = accessOf(request);
    if (access === 'open') return done();
    const known = this.authenticator.recall(access, request.headers.authorization);
    if (!known) return void this.#verify(access, request, reply).then(() => done(), done);
    request.principal = known;
    const stop = failpoint('after-authentication', request.method);
    if (stop) stop.then(() => done(), done);
    else done();
  };

  async #verify(access: PrincipalKind, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      request.principal = await this.#ask(access, request, reply);
    } catch (error) {
      if (error instanceof BrokerError && error.code === 'Unauthorized') reply.header('www-authenticate', CHALLENGE);
      throw error;
    }
    await failpoint('after-authentication', request.method);
  }

  #ask(kind: PrincipalKind, request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    return new Promise((resolve, reject) => {
      const decide = (error: Error | null, principal: Principal | false): void => {
        if (error) reject(error);
        else if (principal) resolve(principal);
        else reject(new BrokerError('Unauthorized', REFUSALS[kind]));
      };
      const ask = this.#passport.authenticate(kind, { session: false }, decide) as PassportMiddleware;
      ask(request, reply, reject);
    });
  }
}

const REFUSALS: Record<PrincipalKind, string> = {
  platform: 'this needs Basic authentication with the username and password of a registered platform',
  admin: "this needs Basic authentication with the administrator's username and password",
};
