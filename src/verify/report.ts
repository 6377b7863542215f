/** The contract suite's results for people and machines: terminal, JSON, JUnit XML, and one page of HTML. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AdapterManifest, CONTRACT_NAMES } from '@ic-host/contracts';
import type { CheckResult } from '@ic-host/contracts/suite';

export interface SuiteReport {
  adapter: { id: string; name: string; version: string };
  /** When it was run, ISO 8601. */
  at: string;
  passed: number;
  failed: number;
  skipped: number;
  ms: number;
  checks: {
    contract: string;
    id: string;
    title: string;
    rule: string;
    look: string;
    state: CheckResult['state'];
    message: string;
    ms: number;
  }[];
}

export function reportOf({ id, name, version }: AdapterManifest, results: readonly CheckResult[]): SuiteReport {
  const count = (state: CheckResult['state']) => results.filter((result) => result.state === state).length;
  return {
    ...{ adapter: { id, name, version }, at: new Date().toISOString() },
    ...{ passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    ms: Math.round(results.reduce((sum, { ms }) => sum + ms, 0)),
    checks: results.map(({ check, state, message, ms }) => {
      const { contract, id: checkId, title, rule, look } = check;
      return { contract, id: checkId, title, rule, look, state, message, ms: Math.round(ms) };
    }),
  };
}

const MARKS = { passed: '✔', failed: '✘', skipped: '–' };

/** One result as a line, with what to do where it failed. */
export function resultLines({ check, state, message, ms }: CheckResult): string[] {
  const time = ms > 100 ? ` (${Math.round(ms)} ms)` : '';
  const line = `  ${MARKS[state]} ${check.title}${time}`;
  if (state === 'skipped') return [`${line}: not checked, ${message}`];
  if (state === 'passed') return [line];
  return [
    line,
    `      ${message}`,
    `      rule: ${check.rule}`,
    `      look at: ${check.look}`,
    `      id: ${check.contract}/${check.id}`,
  ];
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** For XML and HTML; characters that XML can't hold are left out. */
const escaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML can't hold
  text.replace(/[&<>"']/g, (c) => ESCAPES[c] as string).replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '');

const ofContract = ({ checks }: SuiteReport) =>
  CONTRACT_NAMES.map((contract) => [contract, checks.filter((check) => check.contract === contract)] as const).filter(
    ([, list]) => list.length > 0,
  );

export function junit(report: SuiteReport): string {
  const suites = ofContract(report).map(([contract, checks]) => {
    const cases = checks.map(({ id, title, state, message, ms, rule, look }) => {
      const inner =
        state === 'failed'
          ? `<failure message="${escaped(message)}">${escaped(`rule: ${rule}\nlook at: ${look}`)}</failure>`
          : state === 'skipped'
            ? `<skipped message="${escaped(message)}"/>`
            : '';
      return `    <testcase classname="${contract}" name="${escaped(`${id}: ${title}`)}" time="${ms / 1000}">${inner}</testcase>`;
    });
    const count = (state: string) => checks.filter((check) => check.state === state).length;
    const numbers = `tests="${checks.length}" failures="${count('failed')}" skipped="${count('skipped')}"`;
    return `  <testsuite name="${contract}" ${numbers}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  const name = escaped(`${report.adapter.id} ${report.adapter.version}`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" time="${report.ms / 1000}">\n${suites.join('\n')}\n</testsuites>\n`;
}

const STYLE = `
:root { color-scheme: light dark; --good: #15803d; --bad: #b91c1c; --faint: #6b7280; --line: #d1d5db55 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } p { color: var(--faint); margin-top: .25rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line) }
th { font-weight: 600 } .passed b { color: var(--good) } .failed b { color: var(--bad) } .skipped { color: var(--faint) }
small { display: block; color: var(--faint) } .failed small { color: inherit } td:first-child { white-space: nowrap } td:last-child { text-align: right; white-space: nowrap; color: var(--faint) }
`;

/** One page that needs nothing else, for whoever decides over a partner. */
export function html(report: SuiteReport): string {
  const { adapter, at, passed, failed, skipped } = report;
  const words = { passed: 'holds', failed: 'does not hold', skipped: 'not checked' };
  const summary = ofContract(report).map(([contract, checks]) => {
    const count = (state: string) => checks.filter((check) => check.state === state).length;
    return `<tr class="${count('failed') ? 'failed' : 'passed'}"><td><a href="#${contract}">${contract}</a></td><td><b>${count('failed') ? `${count('failed')} do not hold` : 'all hold'}</b></td><td>${count('passed')} of ${checks.length}</td></tr>`;
  });
  const tables = ofContract(report).map(([contract, checks]) => {
    const rows = checks.map(
      ({ title, rule, look, state, message, ms }) =>
        `<tr class="${state}"><td><b>${words[state]}</b></td><td>The adapter ${escaped(title)}.<small>${escaped(rule)}</small>${
          state === 'passed' ? '' : `<small>${escaped(message)}</small>`
        }${state === 'failed' ? `<small>Look at: ${escaped(look)}</small>` : ''}</td><td>${ms} ms</td></tr>`,
    );
    return `<h2 id="${contract}">${contract}</h2><table>${rows.join('\n')}</table>`;
  });
  const title = escaped(`${adapter.name} ${adapter.version}`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}: contract suite</title><style>${STYLE}</style>
<h1>${title}</h1><p>Contract suite, ${escaped(at)}: ${passed} hold, ${failed} do not, ${skipped} not checked.</p>
<table><tr><th>Contract</th><th></th><th></th></tr>${summary.join('\n')}</table>
${tables.join('\n')}
</html>\n`;
}

/** Writes report.json, junit.xml and report.html. @returns their folder */
export function writeReports(folder: string, report: SuiteReport): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, 'junit.xml'), junit(report));
  writeFileSync(join(folder, 'report.html'), html(report));
  return folder;
}
