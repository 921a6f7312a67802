export const SSL_MODES = ['disable', 'require', 'verify-full'] as const;

/** `require` encrypts without looking at the certificate; `verify-full` checks it and the host name in it. */
export type SslMode = (typeof SSL_MODES)[number];
