import 'reflect-metadata';
import { readEnvironment } from '#config';
import { createLogger } from '#telemetry';
import { startGateway } from '../../apps/gateway/start-gateway.js';
import { LoopMeter } from './loop-meter.js';

/** A gateway with its embedded database in the folder named on the command line. Asked, it tells its longest stall. */
const gateway = await startGateway({
  environment: readEnvironment({ PORT: '0', DATA_DIR: process.argv[2], ADMIN_PASSWORD: 'stalls', PLATFORM_PASSWORD: 'stalls', LOG_LEVEL: 'error' }),
  logger: createLogger('error'),
});
const meter = new LoopMeter().start();
process.on('message', () => process.send?.({ stallMs: meter.read() }));
process.send?.({ url: gateway.url });
const end = (): void => void gateway.stop().then(() => process.exit(0));
process.once('SIGTERM', end);
process.once('disconnect', end);
