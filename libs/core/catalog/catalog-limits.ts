/**
 * How much of a catalog is published. An entry beyond a limit is left out with the reason; what was published before
 * comes first, so a backend that grows loses nothing of it. All sizes are those of compact JSON in UTF-8.
 *
 * The largest catalogs known, of brokers for whole clouds, have some 60 services, 200 plans, images in data URIs and
 * parameter schemas of 64 kB: 2 to 6 MiB.
 */
export const CATALOG_LIMITS = {
  /** Of one backend. */
  services: 500,
  plansPerService: 500,
  plans: 5_000,
  /** As large as the largest answer the `osb` backend reads by default. */
  bytes: 8 * 1_048_576,
  /** A plan, or a service without its plans: three schemas of 64,000 bytes and metadata. */
  entryBytes: 262_144,
  /** Room for an image in a data URI. */
  metadataBytes: 131_072,
  /** Service ids and names, plan ids and dashboard client ids that a backend has ever published. */
  identifiers: 20_000,
  /** Of all backends together. */
  totalPlans: 20_000,
  totalBytes: 32 * 1_048_576,
} as const;

/** How many entries that are left out, and how many warnings, are listed for one backend; the rest are counted. */
export const LISTED_FINDINGS = 100;
