/** What the names of backends and platforms look like: they stand in addresses, metrics and logs. */
export const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
