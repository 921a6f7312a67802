import { Controller, Get, Module, UseGuards, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { CredentialDirectory } from '#core';
import { BrokerError, type PlatformRef } from '#sdk';
import { AuthenticatedGuard } from './authentication/authenticated.guard.js';
import { AuthenticationHook } from './authentication/authentication-hook.js';
import { AdminCredential } from './authentication/authenticator.js';
import type { AdminRef } from './authentication/principal.js';
import { Admin, Platform } from './authentication/principal-decorators.js';
import { Argon2idDigests } from './credentials/argon2id-digests.js';
import { SecurityModule } from './security.module.js';

@Controller()
class ProbeController {
  @Get('v2/who')
  @UseGuards(new AuthenticatedGuard('platform'))
  platform(@Platform() platform: PlatformRef): string {
    return platform.name;
  }

  @Get('admin/who')
  @UseGuards(new AuthenticatedGuard('admin'))
  admin(@Admin() admin: AdminRef): string {
    return admin.username;
  }

  @Get('admin/misplaced')
  @UseGuards(new AuthenticatedGuard('platform'))
  misplaced(): string {
    return 'reached';
  }

  @Get('health/unguarded')
  unguarded(@Platform() platform: PlatformRef): string {
    return platform.name;
  }
}

class StatusFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(error instanceof BrokerError ? error.status : 500).send({ description: String(error) });
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

const basic = (username: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});

async function start(): Promise<NestFastifyApplication> {
  const digest = await new Argon2idDigests().digest('secret', 'chosen');
  const platform = { id: 'p-1', name: 'cf-eu', kind: 'cloudfoundry' } as const;
  const find = async (username: string) => (username === 'cf' ? { platform, digest, version: '1' } : undefined);
  const security = SecurityModule.forRoot({
    providers: [
      { provide: CredentialDirectory, useValue: { find } },
      { provide: AdminCredential, useValue: { username: 'admin', passwordDigest: digest } },
    ],
  });
  @Module({ imports: [security, ProbeModule] })
  class AppModule {}
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
  app.getHttpAdapter().getInstance().addHook('onRequest', app.get(AuthenticationHook).authenticate);
  app.useGlobalFilters(new StatusFilter());
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

describe('security in a Nest application', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  test('a handler gets the platform or the administrator who asks', async () => {
    expect((await app.inject({ url: '/v2/who', headers: basic('cf', 'secret') })).body).toBe('cf-eu');
    expect((await app.inject({ url: '/admin/who', headers: basic('admin', 'secret') })).body).toBe('admin');
  });

  test('a request without credentials carries the challenge when it is refused', async () => {
    const answer = await app.inject('/v2/who');
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="osb-gateway"/);
  });

  test('a route guarded for platforms is refused even where the hook let an administrator in', async () => {
    const answer = await app.inject({ url: '/admin/misplaced', headers: basic('admin', 'secret') });
    expect([answer.statusCode, answer.body.includes('reached')]).toEqual([401, false]);
  });

  test('a handler that wants a platform does not run on an open route', async () => {
    expect((await app.inject('/health/unguarded')).statusCode).toBe(401);
  });
});
