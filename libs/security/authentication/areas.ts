import type { FastifyRequest } from 'fastify';
import type { PrincipalKind } from './principal.js';

/** Who may ask below which path. */
const AREAS: readonly (readonly [prefix: string, access: PrincipalKind | 'open'])[] = [
  ['/v2', 'platform'],
  ['/admin', 'admin'],
  ['/health', 'open'],
];

/**
 * Who may send this request. Goes by the route that was found, not by the URL as written: the router decodes, so
 * `/%76%32/catalog` finds `/v2/catalog` too. A route outside all areas is for administrators; where there is no route,
 * there is nothing to guard, and the answer is 404.
 */
export function accessOf(request: Pick<FastifyRequest, 'routeOptions' | 'url'>): PrincipalKind | 'open' {
  const route = request.routeOptions.url;
  return areaOf(route ?? request.url) ?? (route === undefined ? 'open' : 'admin');
}

function areaOf(path: string): PrincipalKind | 'open' | undefined {
  const [bare = ''] = path.split('?', 1);
  return AREAS.find(([prefix]) => bare === prefix || bare.startsWith(`${prefix}/`))?.[1];
}
