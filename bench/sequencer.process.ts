import { Secret } from '#config';
import { ContextSeal, createSource, Db } from '#database';
import { Sequencer } from '#feed';
import { serveParent } from './processes.js';

/** Runs a sequencer as a worker does, from the moment it is asked until it is stopped. */
const [url = '', secretText = ''] = process.argv.slice(2);
const secret = new Secret(secretText);
const db = new Db(await createSource(url).initialize(), new ContextSeal(secret.key('context')));
const sequencer = new Sequencer(db, url, {
  sequenced: () => undefined,
  failed: (error) => console.error(error),
});
process.once('SIGTERM', () => {
  void sequencer
    .stop()
    .then(() => db.close())
    .then(() => process.exit(0));
});
serveParent(undefined, () => sequencer.start());
