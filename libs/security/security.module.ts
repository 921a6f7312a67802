import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { CredentialDirectory, PasswordDigests } from '#core';
import { AuthenticationHook } from './authentication/authentication-hook.js';
import { AdminCredential, Authenticator } from './authentication/authenticator.js';
import { AdminStrategy, PlatformStrategy } from './authentication/strategies.js';
import { Argon2idDigests } from './credentials/argon2id-digests.js';

/** Who asks, as Nest providers. */
@Module({})
export class SecurityModule {
  /** `bindings` bring a `CredentialDirectory` and the `AdminCredential`, as providers or by an imported module. */
  static forRoot(bindings: Pick<ModuleMetadata, 'imports' | 'providers'>): DynamicModule {
    return {
      module: SecurityModule,
      global: true,
      imports: bindings.imports ?? [],
      providers: [
        ...(bindings.providers ?? []),
        { provide: PasswordDigests, useClass: Argon2idDigests },
        {
          provide: Authenticator,
          inject: [CredentialDirectory, AdminCredential, PasswordDigests],
          useFactory: (directory: CredentialDirectory, admin: AdminCredential, digests: PasswordDigests) =>
            new Authenticator(directory, admin, digests),
        },
        PlatformStrategy,
        AdminStrategy,
        AuthenticationHook,
      ],
      exports: [PasswordDigests, Authenticator, AuthenticationHook],
    };
  }
}
