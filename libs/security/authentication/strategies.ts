import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from './authenticator.js';
import { BasicHeaderStrategy } from './basic-header-strategy.js';
import type { AdminPrincipal, PlatformPrincipal } from './principal.js';

/** Platforms, on the Open Service Broker API. */
@Injectable()
export class PlatformStrategy extends PassportStrategy(BasicHeaderStrategy, 'osb-platform') {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  async validate({ headers, ip }: FastifyRequest): Promise<PlatformPrincipal | false> {
    const platform = await this.authenticator.verifyPlatform(headers.authorization, ip);
    return platform === undefined ? false : { kind: 'platform', platform };
  }
}

/** Administrators, on the admin API. */
@Injectable()
export class AdminStrategy extends PassportStrategy(BasicHeaderStrategy, 'osb-admin') {
  constructor(private readonly authenticator: Authenticator) {
    super();
  }

  async validate({ headers, ip }: FastifyRequest): Promise<AdminPrincipal | false> {
    const admin = await this.authenticator.verifyAdmin(headers.authorization, ip);
    return admin === undefined ? false : { kind: 'admin', username: admin.username };
  }
}
