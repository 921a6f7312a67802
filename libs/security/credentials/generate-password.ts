import { randomBytes } from 'node:crypto';

/** A password of 256 random bits: 43 characters that need no escaping in a URL, a shell or a YAML file. */
export function generatePassword(): string {
  return randomBytes(32).toString('base64url');
}
