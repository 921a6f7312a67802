/** Characters of a URL, at a length no platform needs to exceed. */
const LOCATION = /^[\x21-\x7e]{1,2048}$/;

/** Header `X-Api-Info-Location`: where the platform describes its own API (OSB 2.17, profile of Cloud Foundry). */
export function readApiInfoLocation(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && LOCATION.test(header) ? header : undefined;
}
