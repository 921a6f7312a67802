import type { FastifyInstance, FastifyRequest } from 'fastify';

export const NO_STORE = 'no-store';

/** Answers hold credentials and what only their platform may see: no cache keeps any but the catalog, which has an ETag. */
export function addNoStore(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    const isCatalog = request.routeOptions.url === '/v2/catalog' && reply.statusCode < 400;
    if (!isCatalog) reply.header('cache-control', NO_STORE);
    done();
  });
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends the login it knows with every request, also with one that another site made it send. Such requests are
 * refused unless they only read. Platforms and curl send neither header. To be registered before authentication.
 */
export function refuseCrossSiteWrites(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (READS.has(request.method) || !isCrossSite(request)) return undefined;
    const description = 'this request was made by a page of another site; send it without a browser, or from a page of this host';
    return reply.status(403).send({ error: 'CrossSiteRequest', description });
  });
}

function isCrossSite({ headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== hostOf(origin, host);
}

/** Without the port its scheme implies, as URLs leave it out. */
function hostOf(origin: string, host: string): string | undefined {
  const url = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
