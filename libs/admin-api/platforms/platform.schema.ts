import { z } from 'zod';
import { PLATFORM_PROFILES, type Platform } from '#core';
import type { PlatformKind } from '#sdk';
import { oneOf, time, type ShapeOf } from '../request/fields.js';

export const platformKind = oneOf<PlatformKind>(PLATFORM_PROFILES);

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Body of POST /admin/v1/platforms. */
export const registerPlatformBody = z
  .strictObject({
    name: z
      .string()
      .regex(NAME, 'must be 1 to 63 lower-case letters, digits and dashes, with no dash at either end')
      .describe('1 to 63 lower-case letters, digits and dashes, with no dash at either end.'),
    kind: platformKind.describe('Decides what of the catalog it is shown, and how it is answered. `service-manager` comes with a later release.'),
    username: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^:\p{Cc}]*$/u, 'must have no colon and no control characters')
      .exactOptional()
      .describe('For Basic authentication; the name unless given.'),
    password: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^\P{Cc}*$/u, 'must have no control characters')
      .meta({ writeOnly: true, format: 'password' })
      .exactOptional()
      .describe('Made by the gateway unless given.'),
  })
  .meta({ id: 'NewPlatform' });

const platform = {
  id: z.string().describe('As the audit trail has it.'),
  name: z.string(),
  kind: platformKind,
  usernames: z.array(z.string()),
  createdAt: time,
} satisfies ShapeOf<Platform>;

/** A registered platform. */
const platformView = z.strictObject(platform).meta({ id: 'Platform' });

export const platformList = z.strictObject({ items: z.array(platformView) }).meta({ id: 'Platforms' });

export const registeredPlatform = z
  .strictObject({
    ...platform,
    password: z.string().exactOptional().describe('Only when the gateway made it; it is shown this once.'),
  })
  .meta({ id: 'RegisteredPlatform' });
