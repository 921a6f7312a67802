/** Characters that can stand in a response header, at a length nobody needs to exceed. */
const ECHOABLE = /^[\x20-\x7e]{1,1024}$/;

/** Header `X-Broker-API-Request-Identity`, where it can be echoed (OSB 2.17, Request Identity). */
export function readRequestIdentity(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && ECHOABLE.test(header) ? header : undefined;
}
