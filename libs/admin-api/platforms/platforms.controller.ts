import { Body, Get, Post } from '@nestjs/common';
import type { z } from 'zod';
import { PlatformStore, RegisterPlatform, type Operator, type Platform } from '#core';
import { Authenticator, generatePassword } from '#security';
import { AdminController } from '../request/admin-controller.js';
import { AskedBy } from '../request/asked-by.js';
import { Documented } from '../request/documented.js';
import { platformList, registeredPlatform, registerPlatformBody } from './platform.schema.js';

/** The platforms that may use the broker. */
@AdminController('platforms', 'Platforms')
export class PlatformsController {
  constructor(
    private readonly platforms: PlatformStore,
    private readonly registerPlatform: RegisterPlatform,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Documented({ summary: 'Lists the platforms', answer: platformList })
  async list(): Promise<{ items: readonly Platform[] }> {
    return { items: await this.platforms.all() };
  }

  @Post()
  @Documented({
    summary: 'Registers a platform with its first login',
    status: 201,
    answer: registeredPlatform,
    refusals: { 409: 'The name or the username is in use.' },
  })
  async register(
    @AskedBy() operator: Operator,
    @Body({ schema: registerPlatformBody }) body: z.output<typeof registerPlatformBody>,
  ): Promise<Platform & { password?: string }> {
    const { name, kind, username = name, password = generatePassword() } = body;
    const passwordOrigin = body.password === undefined ? 'generated' : 'chosen';
    const platform = await this.registerPlatform.execute({ operator, name, kind, username, password, passwordOrigin });
    // It may have been tried, and refused, a moment ago.
    this.authenticator.forget(username);
    return body.password === undefined ? { ...platform, password } : platform;
  }
}
