import { z } from 'zod';
import { authenticationProblem, authenticationSettings } from './authentication-settings.js';
import { urlProblem } from './url-problem.js';

const API_VERSIONS = ['2.11', '2.12', '2.13', '2.14', '2.15', '2.16', '2.17'] as const;
const MEBIBYTE = 1024 * 1024;

/** Settings of one OSB backend, as the operator gives them. */
export const osbSettings = z
  .strictObject({
    url: z
      .string()
      .max(2048)
      .meta({ format: 'uri', description: 'Base URL of the broker, without /v2. A path prefix is allowed.' })
      .superRefine((url, context) => {
        const message = urlProblem(url);
        if (message !== undefined) context.addIssue({ code: 'custom', message });
      }),
    ...authenticationSettings,
    apiVersion: z.enum(API_VERSIONS).default('2.17').describe('Version sent as X-Broker-API-Version.'),
    timeoutMs: z.int().min(100).max(600_000).optional().describe('Longest time one call may take; default: 50 seconds.'),
    connectTimeoutMs: z.int().min(100).max(60_000).default(5_000).describe('Longest time until a connection stands.'),
    maxConnections: z.int().min(1).max(1024).default(32).describe('Most connections open at once.'),
    maxAnswerBytes: z
      .int()
      .min(1024)
      .max(64 * MEBIBYTE)
      .default(8 * MEBIBYTE)
      .describe('Largest catalog that is read. Other answers have at most 1 MiB, or this where it is less.'),
    notFoundIsGone: z
      .boolean()
      .default(false)
      .describe('Take 404 on a delete for "gone already". Only for brokers that answer 404 where 410 is due.'),
    deprovisionRevokesBindings: z
      .boolean()
      .default(false)
      .describe('Deprovisioning an instance revokes the credentials of its bindings. Only then can policy.unbindBeforeDeprovision be false.'),
  })
  .superRefine((settings, context) => {
    const problem = authenticationProblem(settings);
    if (problem) context.addIssue({ code: 'custom', ...problem });
  });

export type OsbSettings = z.output<typeof osbSettings>;
