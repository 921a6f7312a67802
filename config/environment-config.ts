import type { DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { type Environment, loadEnvironment } from './environment.js';

/** The environment as a Nest provider: `@Inject(environmentConfig.KEY) environment: Environment`. */
export const environmentConfig = registerAs('environment', loadEnvironment);

/** Nest's ConfigModule holding an environment, everywhere under `environmentConfig.KEY`. It reads no `.env` file. */
export function environmentModule(environment: Environment): Promise<DynamicModule> {
  return ConfigModule.forRoot({
    isGlobal: true,
    ignoreEnvFile: true,
    skipProcessEnv: true,
    load: [registerAs('environment', () => environment)],
  });
}
