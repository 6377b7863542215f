/** The pages of docs/ that are made from the code: the contract reference from its docstrings, and the kinds of error. */
import { readFileSync } from 'node:fs';
import { ADAPTER_ERROR_KINDS, CONTRACT_NAMES } from '@ic-host/contracts';
import { MEANINGS } from '../../src/verify/error-meanings.js';

interface Member {
  signature: string;
  doc: string;
}
interface Declaration extends Member {
  members: Member[];
}

const docText = (lines: string[]): string =>
  lines
    .join('\n')
    .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join(' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .trim();

/** Reads exported classes, interfaces and types, with what is written above each and each member. */
function declarationsOf(source: string): Declaration[] {
  const found: Declaration[] = [];
  let doc: string[] = [];
  let inDoc = false;
  let current: Declaration | undefined;
  let pending = '';
  for (const line of source.split('\n')) {
    if (!inDoc && line.trim().startsWith('/**')) {
      doc = [];
      inDoc = true;
    }
    if (inDoc) {
      doc.push(line);
      if (line.includes('*/')) inDoc = false;
      continue;
    }
    const declared = /^export (?:abstract )?(class|interface) (\w+)/.exec(line);
    const named = /^export type (.+);$/.exec(line);
    if (declared) {
      current = { signature: `${declared[1]} ${declared[2]}`, doc: docText(doc), members: [] };
      found.push(current);
    } else if (named) found.push({ signature: `type ${named[1]}`, doc: docText(doc), members: [] });
    else if (line === '}') current = undefined;
    else if (current && line.startsWith('  ')) {
      pending = pending ? `${pending} ${line.trim()}` : line.trim();
      if (!pending.endsWith(';')) continue;
      const signature = pending
        .replace(/^(@\w+\((?:[^()]|\([^()]*\))*\)\s*)+/, '')
        .replace(/;$/, '')
        .replace('!:', ':');
      current.members.push({ signature, doc: docText(doc) });
      pending = '';
    }
    if (line.trim()) doc = [];
  }
  return found;
}

export function contractReference(): string {
  const parts = CONTRACT_NAMES.map((name) => {
    const source = readFileSync(`contracts/src/${name}.ts`, 'utf8');
    const intro = /^\/\*\* (.+) \*\/$/m.exec(source)?.[1] ?? '';
    const declarations = declarationsOf(source).map(({ signature, doc, members }) =>
      [
        `### \`${signature}\``,
        ...(doc ? ['', doc] : []),
        ...(members.length ? [''] : []),
        ...members.map((member) => `- \`${member.signature}\`${member.doc ? `: ${member.doc}` : ''}`),
      ].join('\n'),
    );
    return `## ${name}\n\n${intro}\n\n${declarations.join('\n\n')}`;
  });
  return `# The contracts\n\nMade from the docstrings of \`contracts/src\` by \`npm run docs\`.\n\n${parts.join('\n\n')}\n`;
}

export function errorKinds(): string {
  const parts = ADAPTER_ERROR_KINDS.map((kind) => {
    const { when, delivery, read } = MEANINGS[kind];
    return [
      `## ${kind}`,
      '',
      `An adapter says it when ${when}.`,
      '',
      `- A payment, return or enrollment ${delivery}.`,
      `- Whoever looks up or fetches ${read}.`,
    ].join('\n');
  });
  return `# Kinds of error, and what the host does\n\nAn adapter throws \`AdapterError\` with a kind; the host decides from the kind alone. Made by \`npm run docs\`.\n\n${parts.join('\n\n')}\n`;
}
