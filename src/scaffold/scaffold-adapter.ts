/** Writes a new adapter from the template that the contract suite is tested with. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { type AdapterManifest, CONTRACT_NAMES, type ContractName } from '@ic-host/contracts';

export interface Scaffold {
  /** In kebab-case: the adapter's id. */
  name: string;
  contracts: readonly ContractName[];
  /** Where to; what is there already stays as it is. */
  folder: string;
  /** True: a repository of its own, which depends on the published packages. */
  standalone: boolean;
}

/** What of the template belongs to a contract. */
const PARTS: Record<ContractName, { token: string; type: string }> = {
  'rtdr-provider': { token: 'RTDR_PROVIDER', type: 'Rtdr' },
  'payment-sink': { token: 'PAYMENT_SINK', type: 'Payments' },
  'enrollment-sink': { token: 'ENROLLMENT_SINK', type: 'Enrollments' },
  'document-provider': { token: 'DOCUMENT_PROVIDER', type: 'Documents' },
  'invoice-file-parser': { token: 'INVOICE_FILE_PARSER', type: 'InvoiceFiles' },
};
/** The one contract that calls nothing. */
const CALLS_NOTHING: ContractName = 'invoice-file-parser';
const WIDTH = 120;

const packageRoot = (): string =>
  resolve(dirname(createRequire(import.meta.url).resolve('@ic-host/contracts')), '../..');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** `first-bank` → `FirstBank` */
const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());

/** @returns the files written, relative to the folder @throws Error in words */
export function scaffoldAdapter({ name, folder, standalone, ...wanted }: Scaffold): string[] {
  const contracts = [...new Set(wanted.contracts)];
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error(`a name is lower-case words joined by hyphens: ${name}`);
  const unknown = contracts.find((contract) => !CONTRACT_NAMES.includes(contract));
  if (unknown) throw new Error(`there is no contract ${unknown}; there are ${CONTRACT_NAMES.join(', ')}`);
  if (contracts.length === 0) throw new Error('an adapter implements at least one contract');
  if (existsSync(join(folder, 'adapter.manifest.json'))) throw new Error(`there is an adapter in ${folder} already`);
  const root = packageRoot();
  const template = join(root, 'template');
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version as string;
  const calls = contracts.some((contract) => contract !== CALLS_NOTHING);
  const named = (text: string): string => text.replaceAll('acme', name).replaceAll('Acme', pascal(name));
  const files = new Map<string, string>();
  const write = (file: string, text: string): void => void files.set(file, text);
  const copy = (file: string): void => write(named(file), named(readFileSync(join(template, file), 'utf8')));

  const manifest = JSON.parse(named(readFileSync(join(template, 'adapter.manifest.json'), 'utf8'))) as AdapterManifest;
  const schema = standalone
    ? './node_modules/@ic-host/contracts/dist/adapter-manifest.schema.json'
    : relative(resolve(folder), join(root, 'dist/adapter-manifest.schema.json'));
  const claimed = manifest.contracts.filter((contract) => contracts.includes(contract.name));
  write('adapter.manifest.json', json({ ...manifest, $schema: schema, contracts: claimed }));
  write('src/adapter.ts', entry(name, contracts, calls));
  if (calls) copy('src/acme-client.ts');
  for (const contract of contracts) copy(`src/${contract}.ts`);
  copy('sandbox/sandbox.ts');
  copy('contract.config.ts');
  write(
    'package.json',
    json(packageJson(named(readFileSync(join(template, 'package.json'), 'utf8')), version, standalone)),
  );
  write('tsconfig.json', json(standalone ? standaloneConfig : inRepositoryConfig));
  write('README.md', readme(name, contracts, standalone));
  if (standalone) write('.gitignore', 'node_modules/\ndist/\nreports/\n');
  const there = [...files.keys()].filter((file) => existsSync(join(folder, file)));
  if (there.length) throw new Error(`there is a file already in ${folder}: ${there.join(', ')}`);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return [...files.keys()];
}

/** The adapter's module, with what the contracts need and nothing else. */
function entry(name: string, contracts: readonly ContractName[], calls: boolean): string {
  const own = pascal(name);
  const tokens = ['adapterModule', ...contracts.map((contract) => PARTS[contract].token).sort()];
  const line = `import { ${tokens.join(', ')} } from '@ic-host/contracts';`;
  const imports = [
    ...(calls ? [[`./${name}-client.js`, `${own}Client`] as const] : []),
    ...contracts.map((contract) => [`./${contract}.js`, `${own}${PARTS[contract].type}`] as const),
  ].sort(([a], [b]) => a.localeCompare(b));
  return [
    "/** The adapter's entry: which class implements which contract. */",
    line.length <= WIDTH
      ? line
      : `import {\n${tokens.map((token) => `  ${token},\n`).join('')}} from '@ic-host/contracts';`,
    ...imports.map(([file, type]) => `import { ${type} } from '${file}';`),
    '',
    'export default adapterModule(({ bind }) => {',
    ...(calls ? [`  bind(${own}Client).toSelf().inSingletonScope();`] : []),
    ...contracts.map(
      (contract) => `  bind(${PARTS[contract].token}).to(${own}${PARTS[contract].type}).inSingletonScope();`,
    ),
    '});',
    '',
  ].join('\n');
}

function packageJson(text: string, version: string, standalone: boolean): object {
  const made = JSON.parse(text) as { dependencies: Record<string, string> };
  if (!standalone) return made;
  return {
    ...made,
    files: ['dist', 'adapter.manifest.json'],
    scripts: { build: 'tsc', verify: 'tsc && ic-host verify .' },
    dependencies: { ...made.dependencies, '@ic-host/contracts': version },
    devDependencies: { '@types/node': '24.19.2', typescript: '7.0.2' },
  };
}

const OWN = { rootDir: '.', outDir: 'dist' };
const INCLUDE = ['src', 'sandbox', 'contract.config.ts'];
const inRepositoryConfig = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { ...OWN, tsBuildInfoFile: 'dist/.tsbuildinfo' },
  include: INCLUDE,
  references: [{ path: '../../contracts' }],
};
const standaloneConfig = {
  compilerOptions: {
    ...{ target: 'es2024', lib: ['es2024'], module: 'nodenext', moduleResolution: 'nodenext', types: ['node'] },
    ...{ strict: true, noUncheckedIndexedAccess: true, noImplicitOverride: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, sourceMap: true },
    ...OWN,
  },
  include: INCLUDE,
};

function readme(name: string, contracts: readonly ContractName[], standalone: boolean): string {
  const here = standalone ? '.' : `plugins/${name}`;
  return `# ${pascal(name)}

${contracts.map((contract) => `- ${contract}: \`src/${contract}.ts\``).join('\n')}

What to fill in is marked FILL IN: \`grep -rn "FILL IN" ${here} --include=*.ts --exclude-dir=dist\`. Until then it speaks to its own stand-in
(\`sandbox/\`), and passes the contract suite:

\`\`\`
${standalone ? 'npm install && npm run verify' : `npx tsc -b ${here} && npx ic-host verify ${here}`}
\`\`\`

Change the stand-in first, so that it answers as the partner does; then the client and the contracts, until the suite is
green again.
`;
}
