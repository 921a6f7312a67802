export { AuthenticatedGuard } from './authentication/authenticated.guard.js';
export { AuthenticationHook } from './authentication/authentication-hook.js';
export { AdminCredential, Authenticator } from './authentication/authenticator.js';
export { CHALLENGE } from './authentication/challenge.js';
export {
  principalOf,
  type AdminPrincipal,
  type AdminRef,
  type PlatformPrincipal,
  type Principal,
  type PrincipalKind,
} from './authentication/principal.js';
export { Admin, Platform } from './authentication/principal-decorators.js';
export { AdminStrategy, PlatformStrategy } from './authentication/strategies.js';
export { Argon2idDigests, isPasswordDigest } from './credentials/argon2id-digests.js';
export { generatePassword } from './credentials/generate-password.js';
export { MASK, maskSecrets, unmaskSecrets } from './redaction/mask-secrets.js';
export { originatingUser, REDACTED, redactHeaders } from './redaction/redact-headers.js';
export { safeText } from './redaction/safe-text.js';
export type { JsonSchema } from './redaction/secret-schema.js';
export { AesGcmSealer } from './sealing/aes-gcm-sealer.js';
export { SealError } from './sealing/seal-error.js';
export { generateSealingKeys, parseSealingKeys, type SealingKey } from './sealing/sealing-keys.js';
export { SecurityModule } from './security.module.js';
