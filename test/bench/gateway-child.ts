import 'reflect-metadata';
import { readEnvironment } from '#config';
import { RegisterBackend } from '#core';
import { createLogger } from '#telemetry';
import { startGateway } from '../../apps/gateway/start-gateway.js';
import { VitalsMeter } from './vitals.js';

/** The gateway under load, with its embedded database in the folder named on the command line. Asked, it tells its vitals. */
const gateway = await startGateway({
  environment: readEnvironment({
    PORT: '0',
    DATA_DIR: process.argv[2],
    ADMIN_PASSWORD: 'bench',
    PLATFORM_PASSWORD: 'bench',
    LOG_LEVEL: 'warn',
  }),
  logger: createLogger('warn'),
});
const register = gateway.app.get(RegisterBackend);
await register.execute({ operator: { name: 'bench' }, name: 'simulator', type: 'simulator', settings: {}, enabled: true });
const meter = new VitalsMeter();
process.on('message', () => process.send?.(meter.read()));
process.send?.({ port: Number(new URL(gateway.url).port) });
process.once('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));
process.once('disconnect', () => void gateway.stop().then(() => process.exit(0)));
