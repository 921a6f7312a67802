/**
 * Header `X-Broker-API-Originating-Identity`: a platform's word and a base64 JSON object. A malformed one is ignored:
 * the request is as good without it.
 */
export function readOriginatingIdentity(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  const match = /^([\x21-\x7e]+) +([A-Za-z0-9+/_-]+={0,2})$/.exec(header);
  return match && isObject(Buffer.from(match[2] as string, 'base64').toString('utf8')) ? header : undefined;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
