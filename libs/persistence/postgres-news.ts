import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Client, type Notification } from 'pg';
import { DataSource } from 'typeorm';
import { OperationNews, type NewsListener, type OperationId } from '#core';
import { DUE, ENDED } from './notifications.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** How long a server may take to say good-bye. */
const LONGEST_END_MS = 1_000;

/** News over a connection of its own, which is made again, with growing pauses, whenever it is lost. */
@Injectable()
export class PostgresNews extends OperationNews {
  private client: Client | undefined;
  private socket = new Socket();
  private timer: NodeJS.Timeout | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private stopped = false;

  constructor(private readonly database: DataSource) {
    super();
  }

  start(listener: NewsListener): void {
    const { url } = this.database.options as { url?: string };
    const socket = new Socket();
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'osb-gateway',
      stream: () => socket,
    });
    [this.client, this.socket] = [client, socket];
    client.on('notification', (notification) => tell(listener, notification));
    client.on('error', () => undefined);
    client.once('end', () => this.startAgain(listener));
    client
      .connect()
      .then(() => client.query(`listen ${ENDED}; listen ${DUE}`))
      .then(() => (this.pauseMs = FIRST_PAUSE_MS))
      .catch(() => client.end());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    // A server that has fallen silent never answers, and must not keep the process from stopping.
    await Promise.race([this.client?.end(), pause(LONGEST_END_MS, undefined, { ref: false })]);
    this.socket.destroy();
  }

  private startAgain(listener: NewsListener): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => this.start(listener), this.pauseMs);
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }
}

function tell(listener: NewsListener, { channel, payload }: Notification): void {
  if (channel === ENDED) listener.ended((payload ?? '') as OperationId);
  if (channel === DUE) listener.due();
}
