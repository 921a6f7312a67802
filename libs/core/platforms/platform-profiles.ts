import type { PlatformKind } from '#sdk';

/** What the clients of one kind of platform can read, and what they make of answers. */
export interface PlatformProfile {
  /** For people. */
  readonly clients: string;
  /** `cloudfoundry`: without the schemas and plans over which Cloud Controller refuses a whole catalog. */
  readonly catalog: 'everything' | 'cloudfoundry';
  /** Whether its client can read `endpoints`, whose ports are texts. */
  readonly endpoints: boolean;
  /**
   * `asSent`: the `parameters` of a GET are those the platform sent last, `{}` where it sent none, and those of an update
   * take the place of all there were.
   */
  readonly fetchedParameters: 'merged' | 'asSent';
  /**
   * `accepted`: each is answered 202, and the poll of one that has succeeded 410; the same operation is named again for as
   * long as it is kept. Otherwise the answer is 200 or 202, and 410 for what is not there.
   */
  readonly deletes: 'specified' | 'accepted';
  /** `failedOperation`: 202, and then `failed` with the description, in place of a 400, 409 or 422. */
  readonly refusedCreates: 'error' | 'failedOperation';
  /** Longest wait for a backend before the 202, in ms, where it is shorter than for others. */
  readonly promoteAfterMs?: number;
}

const SPECIFIED = { endpoints: true, fetchedParameters: 'merged', deletes: 'specified', refusedCreates: 'error' } as const;

/** The one table of kinds (ADR 26). */
export const PLATFORM_PROFILES: Readonly<Record<PlatformKind, PlatformProfile>> = {
  cloudfoundry: { ...SPECIFIED, clients: 'Cloud Foundry (Cloud Controller)', catalog: 'cloudfoundry' },
  korifi: { ...SPECIFIED, clients: 'Korifi', catalog: 'everything', refusedCreates: 'failedOperation', promoteAfterMs: 1_000 },
  kubernetes: { ...SPECIFIED, clients: 'service-catalog', catalog: 'everything' },
  crossplane: {
    ...SPECIFIED,
    clients: "Crossplane's provider-osb",
    catalog: 'everything',
    endpoints: false,
    fetchedParameters: 'asSent',
    deletes: 'accepted',
  },
  other: { ...SPECIFIED, clients: 'any other', catalog: 'cloudfoundry' },
};

export const PLATFORM_KINDS = Object.keys(PLATFORM_PROFILES) as readonly PlatformKind[];
