/** The logins of every gateway under test. */
export const SEALING_KEYS = `bench:${Buffer.alloc(32, 9).toString('base64')}`;
export const ADMIN = { username: 'admin', password: 'admin-password' };
export const FIRST_PLATFORM = { username: 'platform', password: 'platform-password' };
