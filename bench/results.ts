import { amount, isMet, median, type Answer, type Finding } from './harness.js';

const spread = (values: readonly number[]): string =>
  `${amount(median(values))} (${amount(Math.min(...values))}–${amount(Math.max(...values))})`;

const wanted = ({ target }: Finding): string =>
  !target ? '' : 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;

const verdict = (finding: Finding): string => {
  const met = isMet(finding);
  return met === undefined ? '' : met ? 'yes' : 'NO';
};

/** For the terminal. */
export function asText({ findings, notes }: Answer): string {
  const lines = findings.map((finding) => {
    const { measured, baseline, ratio } = finding;
    const judged = finding.target ? `, wanted ${wanted(finding)}: ${verdict(finding)}` : '';
    return `  ${measured.name} / ${baseline.name}: ${amount(ratio)}${judged}`;
  });
  return [...lines, ...notes.map((note) => `  - ${note}`)].join('\n');
}

/** For bench/RESULTS.md. */
export function asMarkdown(machine: string, runs: number, answers: readonly Answer[]): string {
  const sections = answers.map(({ title, findings, notes }) => {
    const rows = findings.map((finding) => {
      const { measured, baseline, ratio } = finding;
      return `| ${measured.name} | ${spread(measured.values)} | ${baseline.name} | ${spread(baseline.values)} | ${measured.unit} | **${amount(ratio)}** | ${wanted(finding)} | ${verdict(finding)} |`;
    });
    const table = [
      '| measured | median (min–max) | baseline | median (min–max) | unit | ratio | wanted | met |',
      '|---|---|---|---|---|---|---|---|',
      ...rows,
    ];
    return [`## ${title}`, '', ...(rows.length > 0 ? [...table, ''] : []), ...notes.map((note) => `- ${note}`)].join(
      '\n',
    );
  });
  const intro = `Medians of ${runs} runs, the measured thing and its baselines taking turns. Everything runs on one machine, each client and receiver in a process of its own. Read the ratios: the figures themselves are this machine's.`;
  return [
    `# Measurements`,
    '',
    `\`npm run bench -- --write\` makes this page.`,
    '',
    intro,
    '',
    machine,
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}
