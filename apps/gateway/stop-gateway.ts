import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { BackendRegistry, CatalogLoop, Journal, OperationRunner, ParameterSchemas, within, type OperationId, type Timings } from '#core';
import type { DataSource } from '#persistence';
import { Readiness } from '#telemetry';
import type { OpenRequests } from './open-requests.js';

/** What has been started, and ends in the order of `stopGateway`. */
export interface Started {
  readonly app: NestFastifyApplication;
  readonly requests: OpenRequests;
  readonly database: DataSource;
  readonly timings: Timings;
  readonly journal: Journal;
}

/** For what only lets go of things: nothing is lost when it takes longer. */
const LAST_STEPS_MS = 1_000;

/**
 * 1. No new connections, and idle ones end. 2. What was asked is answered; the runner goes on meanwhile, for requests
 * that wait for an operation to end. 3. Calls under way end, and what is left of the operations is given up to other
 * gateways. 4. Everything is let go. None of it takes longer than it is given, whatever backends, clients and the
 * database do.
 *
 * @returns the operations that are left to other gateways
 */
export async function stopGateway({ app, requests, database, timings, journal }: Started): Promise<readonly OperationId[]> {
  const endMs = Date.now() + timings.stopMs;
  journal.info('the gateway stops', { longestMs: timings.stopMs });
  app.get(Readiness).draining();
  const server: Server = app.getHttpServer();
  server.close();
  const catalogStopped = app.get(CatalogLoop).stop();
  await within(endMs - Date.now(), requests.none());
  const givenUp = await app.get(OperationRunner).stop(endMs - Date.now());
  if (givenUp.length > 0) journal.warn('operations still under way are left to other gateways', { operations: givenUp });
  await within(endMs - Date.now(), requests.none());
  // Among these are connections on which nothing was ever asked: Node does not count them as idle.
  server.closeAllConnections();
  await within(LAST_STEPS_MS, Promise.all([app.close(), catalogStopped, letGo(app)]));
  await within(LAST_STEPS_MS, database.destroy());
  return givenUp;
}

async function letGo(app: NestFastifyApplication): Promise<void> {
  await Promise.all([app.get(BackendRegistry).closeAll(), app.get(ParameterSchemas).close()]);
}
