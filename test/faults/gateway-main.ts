import 'reflect-metadata';
import { readEnvironment } from '#config';
import { onFailpoint, Timings } from '#core';
import { createLogger } from '#telemetry';
import { leave } from '../../apps/gateway/leave.js';
import { startGateway } from '../../apps/gateway/start-gateway.js';
import { BENCH_TIMINGS } from './bench-timings.js';
import type { BenchMessage, Fault, GatewayMessage, GatewayOrder } from './fault.js';
import { onMidAnswer } from './mid-answer.js';
import { ADMIN, FIRST_PLATFORM, SEALING_KEYS } from './logins.js';

/** A gateway as a child process of the bench, which arms its failpoints. */
async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as GatewayOrder;
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: BenchMessage) => {
    if (message.kind === 'let go') return held.resolve();
    arm(message.faults);
    void tell({ kind: 'armed' });
  });
  const gateway = await startGateway({
    environment: readEnvironment({
      PORT: '0',
      DATABASE_URL: order.databaseUrl,
      DATA_DIR: order.dataDir,
      SEALING_KEYS,
      ADMIN_PASSWORD: ADMIN.password,
      PLATFORM_PASSWORD: FIRST_PLATFORM.password,
      BACKEND_ALLOWED_HOSTS: '127.0.0.0/8',
    }),
    logger: createLogger('info'),
    timings: new Timings({ ...BENCH_TIMINGS, ...order.timings }),
  });
  process.once('SIGTERM', () => void leave(gateway, 0));
  await tell({ kind: 'listening', url: gateway.url });
}

const held = Promise.withResolvers<void>();

/** Replaces what was armed before; counting begins anew. */
function arm(faults: readonly Fault[]): void {
  const waiting = faults.map((fault) => ({ fault, left: fault.nth }));
  const pass = async (at: Fault['at'], what: string): Promise<void> => {
    const passed = waiting.find(({ fault, left }) => left > 0 && fault.at === at && (fault.what ?? what) === what);
    if (!passed) return;
    passed.left -= 1;
    if (passed.left === 0) await strike(passed.fault);
  };
  onFailpoint(pass);
  onMidAnswer(waiting.some(({ fault }) => fault.at === 'mid-answer') ? (method) => pass('mid-answer', method) : undefined);
}

async function strike(fault: Fault): Promise<void> {
  await tell({ kind: 'struck', fault });
  const { action } = fault;
  switch (action.kind) {
    case 'kill':
      return end('SIGKILL');
    case 'stop':
      return end('SIGSTOP');
    case 'hold':
      return held.promise;
    case 'throw':
      throw new Error(`the bench made ${fault.at} fail`);
    case 'delay':
      return new Promise((resolve) => setTimeout(resolve, action.delayMs));
  }
}

/** Nothing after this line runs before the signal has had its effect. */
function end(signal: 'SIGKILL' | 'SIGSTOP'): void {
  process.kill(process.pid, signal);
}

function tell(message: GatewayMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
