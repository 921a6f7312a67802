/**
 * $1 kinds, $2 values, $3 backends, $4 services, as columns of one table. Always in the same order: two replicas that
 * claim the same identifiers would wait for each other otherwise. A backend removed meanwhile claims nothing.
 */
export const CLAIM_IDENTIFIERS = {
  name: 'claim-identifiers',
  text: `insert into catalog_identifier (kind, value, backend_id, service_id)
    select claim.kind, claim.value, claim.backend_id, claim.service_id
    from unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) as claim (kind, value, backend_id, service_id)
    join backend on backend.id = claim.backend_id
    order by claim.kind, claim.value
    for key share of backend
    on conflict do nothing`,
};

/** A page of them: $1 the id before it, $2 how many. */
export const CLAIMED_IDENTIFIERS = {
  name: 'claimed-identifiers',
  text: `select id, kind, value, backend_id as "backendId", service_id as "serviceId"
    from catalog_identifier where id > $1::uuid order by id limit $2`,
};
