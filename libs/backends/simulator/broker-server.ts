import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BrokerError, type ServiceBackend } from '#sdk';
import { errorAnswer, type Answer } from './broker/answer.js';
import { CONTROL_PATH, controlAnswer, type ControlledBroker } from './broker/control.js';
import { checkCredentials, parseVersion, type GateOptions } from './broker/gate.js';
import type { ReceivedRequest } from './broker/osb-request.js';
import { OsbRoutes } from './broker/osb-routes.js';
import { send } from './broker/sending.js';
import { WireFaults, type WireFaultInput } from './broker/wire-fault.js';
import { pause } from './faults.js';
import type { Ledger } from './ledger.js';
import type { StateStore } from './state-file.js';

export interface BrokerOptions extends GateOptions {
  readonly backend: ServiceBackend;
  /** Any free port when absent or 0. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Faults that strike from the start. */
  readonly faults?: readonly WireFaultInput[];
  /** Shown at `/_control/ledger`. */
  readonly ledger?: Ledger;
  /** Keeps what the broker knows of instances and bindings over a restart. */
  readonly store?: StateStore;
}

export interface RunningBroker {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** The last 10,000 requests to the API, oldest first; grows while the broker runs. */
  readonly requests: readonly ReceivedRequest[];
  /** Lets something go wrong on the wire; `POST /_control/faults` without HTTP. */
  addFault(fault: WireFaultInput): void;
  /** Closes every connection at once. */
  close(): Promise<void>;
}

const MAX_HEADER_SIZE_BYTES = 64 * 1024;
const MAX_BODY_SIZE_BYTES = 8 * 1024 * 1024;
const MOST_REQUESTS_KEPT = 10_000;
/** Longer than a client keeps a connection for later, so that none meets a closing one. */
const KEEP_ALIVE_MS = 65_000;

/** Serves a backend as a service broker of its own: OSB 2.17 over plain HTTP, with faults to be had on the wire. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  if (options.apiVersion !== undefined && parseVersion(options.apiVersion)?.[0] !== 2) {
    throw new Error(`the API version must look like 2.17, not ${options.apiVersion}`);
  }
  const closing = new AbortController();
  const routes = new OsbRoutes({ ...options, signal: closing.signal });
  const faults = new WireFaults();
  for (const fault of options.faults ?? []) faults.add(fault);
  const broker: ControlledBroker = { records: routes.records, requests: [], faults, ledger: options.ledger };

  const server = createServer(
    { maxHeaderSize: MAX_HEADER_SIZE_BYTES, keepAliveTimeout: KEEP_ALIVE_MS },
    (request, response) => {
      serve(request, response, { options, routes, broker }).catch(() => response.destroy());
    },
  );
  server.on('clientError', refuseBrokenRequest);
  const { port, address, family } = await listen(server, options);
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    port,
    requests: broker.requests,
    addFault: (fault) => faults.add(fault),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Serving {
  readonly options: BrokerOptions;
  readonly routes: OsbRoutes;
  readonly broker: ControlledBroker;
}

async function serve(incoming: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  const { method = '', url = '', headers } = incoming;
  const request: ReceivedRequest = { at: new Date().toISOString(), method, url, headers, body: await bodyOf(incoming) };
  const identity = headers['x-broker-api-request-identity'];
  if (typeof identity === 'string' && identity !== '') response.setHeader('x-broker-api-request-identity', identity);
  if (url.startsWith(`${CONTROL_PATH}/`)) {
    await send(response, await answer(async () => controlAnswer(request, serving.broker), request, serving), undefined);
    return;
  }
  if (serving.broker.requests.push(request) > MOST_REQUESTS_KEPT) serving.broker.requests.shift();
  const fault = serving.broker.faults.take(method, url.split('?')[0] ?? '');
  if (fault?.delayMs !== undefined) await pause(fault.delayMs);
  const acted = fault?.act === false ? undefined : await answer(() => serving.routes.answer(request), request, serving);
  const status = await send(response, acted, fault);
  if (status !== undefined) request.status = status;
  request.endedAt = new Date().toISOString();
}

async function answer(act: () => Promise<Answer>, request: ReceivedRequest, { options }: Serving): Promise<Answer> {
  try {
    checkCredentials(request.headers, options);
    if (Buffer.byteLength(request.body) > MAX_BODY_SIZE_BYTES) {
      throw new BrokerError('PayloadTooLarge', `A body may have ${MAX_BODY_SIZE_BYTES} bytes.`);
    }
    return await act();
  } catch (error) {
    return errorAnswer(error);
  }
}

/** The whole body, or one byte more than is allowed. */
async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    if (sizeBytes <= MAX_BODY_SIZE_BYTES) chunks.push(chunk);
    sizeBytes += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What is no HTTP request, or has too large a head, gets a JSON object too. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new BrokerError('HeaderTooLarge', `The head of a request may have ${MAX_HEADER_SIZE_BYTES} bytes.`)
      : new BrokerError('BadRequest', 'This is not a valid HTTP request.');
  const { status, body } = errorAnswer(refusal);
  const head = `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

async function listen(server: Server, { port = 0, host = '127.0.0.1' }: BrokerOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}
