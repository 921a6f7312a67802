import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { secretSetting } from '#sdk';
import { urlProblem } from './url-problem.js';

const MAX_PEM_CHARACTERS = 65_536;

const certificates = z
  .string()
  .max(MAX_PEM_CHARACTERS)
  .superRefine((pem, context) => report(certificateProblem(pem), context));

const oauth2 = z.strictObject({
  tokenUrl: z
    .string()
    .max(2048)
    .meta({ format: 'uri', description: 'Address of the token endpoint.' })
    .superRefine((url, context) => report(tokenUrlProblem(url), context)),
  clientId: z.string().min(1).max(255),
  clientSecret: secretSetting(),
  scope: z.string().min(1).max(1024).optional().describe('Scopes to ask for, with blanks between them.'),
  caCertificate: certificates
    .optional()
    .describe('PEM of the authorities that sign the certificate of the token endpoint, instead of the well-known ones.'),
});

/** Settings of OAuth 2.0 client credentials (RFC 6749, 4.4). */
export type OAuth2Settings = z.output<typeof oauth2>;

/** How the gateway shows a broker who it is. None of them: the broker asks for nothing. */
export const authenticationSettings = {
  username: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^:]*$/, 'must not contain a colon: Basic authentication ends the user name there')
    .optional()
    .describe('User name for Basic authentication; goes with password.'),
  password: secretSetting().optional().describe('Password for Basic authentication.'),
  bearerToken: secretSetting().optional().describe('Bearer token, instead of username and password.'),
  oauth2: oauth2.optional().describe('OAuth 2.0 client credentials, instead of username and password.'),
  clientCertificate: certificates
    .optional()
    .describe('PEM of the certificate the gateway shows the broker, intermediate ones behind it; goes with clientKey.'),
  clientKey: secretSetting(MAX_PEM_CHARACTERS).optional().describe('PEM of the private key of clientCertificate.'),
  caCertificate: certificates
    .optional()
    .describe("PEM of the authorities that sign the broker's certificate, instead of the well-known ones."),
};

interface Given {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly bearerToken?: string | undefined;
  readonly oauth2?: OAuth2Settings | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

interface Problem {
  readonly path: string[];
  readonly message: string;
}

/** What does not fit together, if anything. */
export function authenticationProblem(given: Given): Problem | undefined {
  return mixtureProblem(given) ?? basicProblem(given) ?? bearerProblem(given) ?? clientCertificateProblem(given);
}

function mixtureProblem({ username, password, bearerToken, oauth2: token }: Given): Problem | undefined {
  const basic = username !== undefined || password !== undefined;
  if (token !== undefined && (basic || bearerToken !== undefined)) {
    return { path: ['oauth2'], message: 'give either username and password, or bearerToken, or oauth2' };
  }
  if (bearerToken === undefined || !basic) return undefined;
  return { path: ['bearerToken'], message: 'give either username and password or bearerToken, not both' };
}

function basicProblem({ username, password }: Given): Problem | undefined {
  if ((username === undefined) === (password === undefined)) return undefined;
  return username === undefined
    ? { path: ['username'], message: 'is missing: it goes with password' }
    : { path: ['password'], message: 'is missing: it goes with username' };
}

function bearerProblem({ bearerToken }: Given): Problem | undefined {
  if (bearerToken === undefined || /^[A-Za-z0-9._~+/-]+=*$/.test(bearerToken)) return undefined;
  return { path: ['bearerToken'], message: 'must consist of letters, digits and -._~+/ (RFC 6750)' };
}

function clientCertificateProblem({ url, clientCertificate, clientKey }: Given): Problem | undefined {
  if (clientCertificate === undefined && clientKey === undefined) return undefined;
  if (clientCertificate === undefined) return { path: ['clientCertificate'], message: 'is missing: it goes with clientKey' };
  if (clientKey === undefined) return { path: ['clientKey'], message: 'is missing: it goes with clientCertificate' };
  if (!url.startsWith('https:')) return { path: ['clientCertificate'], message: 'needs a url that begins with https://' };
  return isKeyOf(clientCertificate, clientKey)
    ? undefined
    : { path: ['clientKey'], message: 'is not the private key of clientCertificate, in PEM without a passphrase' };
}

function isKeyOf(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** RFC 6749, 3.2: a token endpoint is reached over TLS only. */
function tokenUrlProblem(url: string): string | undefined {
  const problem = urlProblem(url, { mayHaveQuery: true });
  return problem ?? (url.startsWith('https:') ? undefined : 'must begin with https://: the client secret is sent there');
}

function certificateProblem(pem: string): string | undefined {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (found.length === 0) return 'must hold at least one PEM certificate (-----BEGIN CERTIFICATE-----)';
  const broken = found.findIndex((certificate) => !canBeRead(certificate));
  return broken === -1 ? undefined : `certificate ${broken + 1} cannot be read`;
}

function canBeRead(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function report(message: string | undefined, context: z.RefinementCtx): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}
