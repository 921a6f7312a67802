export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/**
 * `require` encrypts without looking at the certificate; `verify-ca` checks who signed it, `verify-full` the host name
 * in it, too.
 */
export type SslMode = (typeof SSL_MODES)[number];
