export const REALM = 'osb-gateway';

/** The `WWW-Authenticate` of every 401 (RFC 7617, with its charset parameter). */
export const CHALLENGE = `Basic realm="${REALM}", charset="UTF-8"`;
