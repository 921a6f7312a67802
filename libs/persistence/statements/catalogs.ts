/** All catalogs, without their bodies: those are large. Every body is sealed anew, so equal digests mean the same one. */
export const CATALOGS = {
  name: 'catalogs',
  text: `select backend_id as "backendId", encode(sha256(body), 'hex') as digest, fetched_at as "fetchedAt",
      attempted_at as "attemptedAt", failure from backend_catalog`,
};
