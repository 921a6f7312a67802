import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** Where a connection is cut: just before a statement reaches the server, or just after. */
export type Cut = 'before' | 'after';

/** A way to the server that breaks at its n-th statement and stays broken, as if the gateway had died there. */
export interface SeveringProxy {
  readonly port: number;
  /** Whether the cut has happened. */
  severed(): boolean;
  close(): Promise<void>;
}

export async function severingProxy(
  target: { readonly host: string; readonly port: number },
  statement: number,
  cut: Cut,
): Promise<SeveringProxy> {
  const sockets = new Set<Socket>();
  let seen = 0;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    if (seen >= statement) return void client.destroy();
    upstream.pipe(client);
    const messages = statementCounter();
    client.on('data', (chunk) => {
      seen += messages(chunk);
      if (seen < statement) return void upstream.write(chunk);
      upstream.unpipe(client);
      client.destroy();
      if (cut === 'after') upstream.write(chunk);
      upstream.end();
    });
    client.on('end', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    severed: () => seen >= statement,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Counts the statements in what a client sends: simple queries (Q) and ends of extended ones (S). */
function statementCounter(): (chunk: Buffer) => number {
  let pending = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    let count = 0;
    for (;;) {
      // The first message, the startup, has no type byte.
      const typeBytes = started ? 1 : 0;
      if (pending.length < typeBytes + 4) return count;
      const end = typeBytes + pending.readInt32BE(typeBytes);
      if (pending.length < end) return count;
      if (started && 'QS'.includes(String.fromCharCode(pending[0] ?? 0))) count += 1;
      started = true;
      pending = pending.subarray(end);
    }
  };
}

/** A way to the server on which something happens just before each statement of a given text. */
export interface InterruptingProxy {
  readonly port: number;
  /** How often it has happened. */
  interruptions(): number;
  close(): Promise<void>;
}

/** @param text as it stands in one chunk of the client's, which short statements do */
export async function interruptingProxy(
  target: { readonly host: string; readonly port: number },
  text: string,
  interrupt: () => Promise<unknown>,
): Promise<InterruptingProxy> {
  const sockets = new Set<Socket>();
  let interruptions = 0;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    upstream.pipe(client);
    let turn: Promise<unknown> = Promise.resolve();
    client.on('data', (chunk) => {
      if (chunk.includes(text)) {
        interruptions += 1;
        turn = turn.then(interrupt);
      }
      turn = turn.then(() => upstream.write(chunk));
    });
    client.on('end', () => void turn.then(() => upstream.end()));
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    interruptions: () => interruptions,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A way to the server that counts what comes back. */
export interface CountingProxy {
  readonly port: number;
  receivedBytes(): number;
  close(): Promise<void>;
}

export async function countingProxy(target: { readonly host: string; readonly port: number }): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let receivedBytes = 0;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    upstream.on('data', ({ length }) => (receivedBytes += length));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    receivedBytes: () => receivedBytes,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
