import { rawHttpLoad, type Load } from './raw-http-load.js';

/** Runs loads in a process of its own, so that measuring takes nothing from whoever asks. */
process.on('message', (load: Load) => {
  rawHttpLoad(load).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit(0));
