import { connect, type Socket } from 'node:net';
import { percentile } from './percentile.js';

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Load {
  readonly port: number;
  /** The request as bytes; the same one is sent again and again. */
  readonly request: string;
  readonly connections: number;
  readonly seconds: number;
}

/**
 * Sends one request over and over on a few connections, one at a time on each. Every answer has as many bytes as the
 * first one: counting them is all this client does, so that the server is what is measured.
 */
export async function rawHttpLoad(load: Load): Promise<LoadResult> {
  const answerBytes = await answerLength(load);
  const latenciesMs: number[] = [];
  const until = performance.now() + load.seconds * 1000;
  const started = performance.now();
  await Promise.all(Array.from({ length: load.connections }, () => hammer(load, answerBytes, until, latenciesMs)));
  const seconds = (performance.now() - started) / 1000;
  return { requestsPerSecond: latenciesMs.length / seconds, p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}

function answerLength({ port, request }: Load): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < length) return;
      socket.destroy();
      if (/^HTTP\/1\.1 (200|304)/.test(text)) resolve(length);
      else reject(new Error(`the server under load answered ${text.slice(0, 40)}`));
    });
  });
}

function hammer({ port, request }: Load, answerBytes: number, until: number, latenciesMs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let sentAt = 0;
    const send = (socket: Socket): void => {
      sentAt = performance.now();
      socket.write(request);
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => send(socket));
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received < answerBytes) return;
      received -= answerBytes;
      const now = performance.now();
      latenciesMs.push(now - sentAt);
      if (now < until) send(socket);
      else socket.destroy();
    });
  });
}
