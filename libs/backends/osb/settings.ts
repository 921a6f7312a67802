import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { secretSetting } from '#sdk';

const API_VERSIONS = ['2.11', '2.12', '2.13', '2.14', '2.15', '2.16', '2.17'] as const;
const MEBIBYTE = 1024 * 1024;

/** Settings of one OSB backend, as the operator gives them. */
export const osbSettings = z
  .strictObject({
    url: z
      .string()
      .max(2048)
      .meta({ format: 'uri', description: 'Base URL of the broker, without /v2. A path prefix is allowed.' })
      .superRefine((url, context) => report(urlProblem(url), context)),
    username: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^:]*$/, 'must not contain a colon: Basic authentication ends the user name there')
      .optional()
      .describe('User name for Basic authentication; goes with password.'),
    password: secretSetting().optional().describe('Password for Basic authentication.'),
    bearerToken: secretSetting().optional().describe('Bearer token, instead of username and password.'),
    apiVersion: z.enum(API_VERSIONS).default('2.17').describe('Version sent as X-Broker-API-Version.'),
    timeoutMs: z.int().min(100).max(600_000).default(55_000).describe('Longest time one call may take.'),
    connectTimeoutMs: z.int().min(100).max(60_000).default(5_000).describe('Longest time until a connection stands.'),
    maxConnections: z.int().min(1).max(1024).default(32).describe('Most connections open at once.'),
    maxAnswerBytes: z
      .int()
      .min(1024)
      .max(64 * MEBIBYTE)
      .default(8 * MEBIBYTE)
      .describe('Largest answer that is read.'),
    caCertificate: z
      .string()
      .max(65_536)
      .optional()
      .describe("PEM of the authorities that sign the broker's certificate, instead of the well-known ones.")
      .superRefine((pem, context) => report(certificateProblem(pem), context)),
    notFoundIsGone: z
      .boolean()
      .default(false)
      .describe('Take 404 on a delete for "gone already". Only for brokers that answer 404 where 410 is due.'),
  })
  .superRefine((settings, context) => {
    const problem = credentialsProblem(settings);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type OsbSettings = z.output<typeof osbSettings>;

function report(message: string | undefined, context: z.RefinementCtx): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

function urlProblem(text: string): string | undefined {
  if (/\s/.test(text)) return 'must not contain blanks';
  if (!URL.canParse(text)) return 'must be an absolute URL such as https://broker.example.com';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://';
  if (url.username !== '' || url.password !== '') {
    return 'must not contain credentials; give them as username and password';
  }
  if (text.includes('?')) return 'must not contain a query';
  if (text.includes('#')) return 'must not contain a fragment';
  return undefined;
}

function certificateProblem(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return 'must hold at least one PEM certificate (-----BEGIN CERTIFICATE-----)';
  const broken = certificates.findIndex((certificate) => !canBeRead(certificate));
  return broken === -1 ? undefined : `certificate ${broken + 1} cannot be read`;
}

function canBeRead(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly bearerToken?: string | undefined;
}

function credentialsProblem(given: Credentials): { path: string[]; message: string } | undefined {
  const { username, password, bearerToken } = given;
  if (bearerToken !== undefined) {
    if (username !== undefined || password !== undefined) {
      return { path: ['bearerToken'], message: 'give either username and password or bearerToken, not both' };
    }
    if (!/^[A-Za-z0-9._~+/-]+=*$/.test(bearerToken)) {
      return { path: ['bearerToken'], message: 'must consist of letters, digits and -._~+/ (RFC 6750)' };
    }
    return undefined;
  }
  if (username === undefined && password === undefined) {
    return { path: ['username'], message: 'is missing: give username and password, or bearerToken' };
  }
  if (username === undefined) return { path: ['username'], message: 'is missing: it goes with password' };
  if (password === undefined) return { path: ['password'], message: 'is missing: it goes with username' };
  return undefined;
}
