import type { FastifyRequest } from 'fastify';
import type { Caller } from '#core';
import { principalOf } from '#security';
import { readApiInfoLocation } from '../headers/api-info-location.js';
import { readOriginatingIdentity } from '../headers/originating-identity.js';
import { readRequestIdentity } from '../headers/request-identity.js';
import { acceptsIncomplete, type Query } from './query.js';
import { present } from './raw-members.js';

/** What every use case needs to know of a request. */
export function callerOf(request: FastifyRequest, budgetMs: number): Caller {
  const originatingIdentity = readOriginatingIdentity(request.headers['x-broker-api-originating-identity']);
  const apiInfoLocation = readApiInfoLocation(request.headers['x-api-info-location']);
  const requestIdentity = readRequestIdentity(request.headers['x-broker-api-request-identity']);
  return {
    platform: principalOf(request, 'platform').platform,
    apiMinor: request.apiVersion?.minor ?? 0,
    acceptsIncomplete: acceptsIncomplete(request.query as Query),
    deadline: new Date(Date.now() + budgetMs),
    hasHungUp: () => request.raw.socket.destroyed,
    origin: {
      requestId: request.id,
      ...present({ originatingIdentity, requestIdentity, apiInfoLocation }),
    },
  };
}
