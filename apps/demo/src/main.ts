import { parseArgs } from 'node:util';
import { Exchange } from './exchange.js';
import { publicIndicators } from './public-indicators.js';
import { Story, type Outcome } from './story.js';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const labels: Readonly<Record<keyof Outcome, string>> = {
  published: 'reports published',
  indicators: 'different indicators',
  cases: 'cases',
  links: 'links between cases',
  delivered: 'webhooks received',
  verified: 'signatures verified',
  withdrawn: 'reports withdrawn',
  leaked: 'hidden values, ids or names the outsider received',
  p50Ms: 'publish to receive, median, ms',
  p99Ms: 'publish to receive, 99th percentile, ms',
};

const exchange = await Exchange.start();
try {
  const say = (line: string) => (values.json ? undefined : console.log(line));
  const { outcome, plantedLeakFound } = await new Story(exchange, say).play(await publicIndicators());
  if (values.json) {
    console.log(JSON.stringify(outcome));
  } else {
    console.log('');
    for (const [name, label] of Object.entries(labels))
      console.log(`${String(outcome[name as keyof Outcome]).padStart(6)}  ${label}`);
    console.log((plantedLeakFound ? 'yes' : 'NO').padStart(6), ' a planted leak was found');
  }
  if (outcome.leaked > 0 || !plantedLeakFound || outcome.verified !== outcome.delivered) process.exitCode = 1;
} finally {
  await exchange.stop();
}
