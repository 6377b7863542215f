import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import * as appsV1 from 'kubernetes-models/apps/v1';
import * as networkV1 from 'kubernetes-models/networking.k8s.io/v1';
import * as policyV1 from 'kubernetes-models/policy/v1';
import * as coreV1 from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { unknownSettings, wrongSettings } from '../src/cli/environment.js';
import { startCommand } from '../src/cli/start.js';
import { MOST_CONNECTIONS } from '../src/store/database.js';

const KUBERNETES = 'deploy/kubernetes';
const KINDS: Record<string, new (data: never) => { validate(): void }> = {
  ...{ 'apps/v1 Deployment': appsV1.Deployment, 'policy/v1 PodDisruptionBudget': policyV1.PodDisruptionBudget },
  ...{ 'v1 Service': coreV1.Service, 'v1 ConfigMap': coreV1.ConfigMap, 'v1 Secret': coreV1.Secret },
  ...{ 'v1 ServiceAccount': coreV1.ServiceAccount, 'v1 PersistentVolumeClaim': coreV1.PersistentVolumeClaim },
  'networking.k8s.io/v1 NetworkPolicy': networkV1.NetworkPolicy,
};
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  // biome-ignore lint/suspicious/noExplicitAny: of many kinds
  spec: any;
}

const manifests = readdirSync(KUBERNETES).flatMap((file) =>
  parseAllDocuments(readFileSync(join(KUBERNETES, file), 'utf8'), { merge: true }).map((document) => {
    expect(document.errors.map(String), file).to.deep.equal([]);
    return document.toJS() as Manifest;
  }),
);
const deployments = manifests.filter(({ kind }) => kind === 'Deployment');

/** What is for whoever deploys it to fill in is not looked at. */
const withoutHoles = (settings: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => !/\$\{|<|…/.test(value)));

/** Without an engine at hand, what can be checked of it is. */
/** PostgreSQL's `superuser_reserved_connections`. */
const KEPT_FOR_ITS_OPERATOR = 3;

describe('what a host is deployed with', () => {
  it('the Dockerfile has no fault a linter knows, and runs as no root', () => {
    const text = readFileSync('deploy/Dockerfile', 'utf8');
    expect(validate(text).map(({ message }) => message)).to.deep.equal([]);
    const last = text.slice(text.lastIndexOf('\nFROM '));
    expect(last).to.match(/^USER 1000:1000$/m);
    // Its Node is the one that everything here is tested with, and what it copies is there.
    const { dependencies, workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const [, tag] of text.matchAll(/^FROM node:(\S+?)-/gm)) expect(tag).to.equal(dependencies.node);
    for (const workspace of ['contracts', 'client', 'plugins/britecore', 'plugins/tryton'])
      expect(text).to.contain(`COPY ${workspace}/package.json ${workspace}/`);
    expect(workspaces).to.deep.equal(['contracts', 'client', 'plugins/*']);
  });

  it('the compose file has no fault a linter knows', () => {
    const linter = new DCLinter({
      rules: { 'require-quotes-in-ports': [2, { quoteType: 'double' }] },
      quiet: false,
      debug: false,
      exclude: [],
    });
    // Its types name files without their endings.
    const found: { messages: { rule: string; message: string; line: number }[] }[] = linter.lintFiles(
      ['deploy/compose.yaml'],
      false,
    );
    const messages = found.flatMap((file) =>
      file.messages.map(({ rule, message, line }) => `${line}: ${rule}: ${message}`),
    );
    expect(messages).to.deep.equal([]);
    const { services } = parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true });
    for (const name of ['api', 'worker'])
      expect(services[name]).to.deep.include({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
    const hosts = services.api.deploy.replicas + services.worker.deploy.replicas;
    const [, taken] = /max_connections=(\d+)/.exec(services.postgres.command.join(' ')) ?? [];
    expect(Number(taken)).to.be.at.least(hosts * MOST_CONNECTIONS + KEPT_FOR_ITS_OPERATOR);
  });

  it('each Kubernetes manifest is one by its schema', () => {
    for (const manifest of manifests) {
      const Model = KINDS[`${manifest.apiVersion} ${manifest.kind}`];
      expect(Model, `${manifest.apiVersion} ${manifest.kind}`).to.be.a('function');
      new (Model as NonNullable<typeof Model>)(manifest as never).validate();
    }
    const wrong = structuredClone(deployments[0]) as Manifest;
    wrong.spec.replicas = 'three';
    expect(() => new appsV1.Deployment(wrong as never).validate()).to.throw(/replicas/);
  });

  it('each pod is restricted, probed, spread, and may be disrupted one at a time', () => {
    expect(deployments.map(({ metadata }) => metadata.name)).to.deep.equal(['ic-host-api', 'ic-host-worker']);
    for (const { metadata, spec } of deployments) {
      const { securityContext, containers, automountServiceAccountToken, enableServiceLinks } = spec.template.spec;
      expect(securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(automountServiceAccountToken).to.equal(false);
      expect(enableServiceLinks, 'a Service named ic-host would set IC_HOST_PORT').to.equal(false);
      for (const container of containers) {
        expect(container.securityContext).to.deep.equal({
          ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        });
        for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
          expect(container[probe].httpGet.path).to.match(/^\/(readyz|healthz)$/);
        expect(container.env, 'secrets come by reference alone').to.equal(undefined);
      }
      const budget = manifests.find(
        ({ kind, metadata: { name } }) => kind === 'PodDisruptionBudget' && name === metadata.name,
      );
      expect(budget?.spec.selector.matchLabels).to.deep.equal(spec.selector.matchLabels);
      expect(spec.replicas).to.be.above(budget?.spec.minAvailable);
    }
  });

  it('names only options that the host has', () => {
    const program = new Command();
    startCommand(program);
    const known = program.commands[0]?.options.map(({ long }) => long);
    const given = [
      ...deployments.flatMap(({ spec }) => spec.template.spec.containers[0].args as string[]),
      ...[...readFileSync('deploy/Dockerfile', 'utf8').matchAll(/"(--[a-z-]+)"/g)].map(([, name]) => name as string),
    ].filter((argument) => argument.startsWith('--'));
    expect(known).to.include.members(given);
    const compose = parse(readFileSync('deploy/compose.yaml', 'utf8'), { merge: true });
    const settings = [
      ...manifests.flatMap((manifest) => {
        const { kind, data, stringData } = manifest as Manifest & Record<'data' | 'stringData', Record<string, string>>;
        return kind === 'ConfigMap' || kind === 'Secret' ? [data ?? {}, stringData ?? {}] : [];
      }),
      ...['api', 'worker'].map((service) => compose.services[service].environment as Record<string, string>),
    ];
    expect(settings.flatMap(Object.keys)).to.include.members(['IC_HOST_LOG_LEVEL', 'IC_HOST_DATABASE_URL']);
    for (const setting of settings)
      expect([...unknownSettings(setting), ...wrongSettings(withoutHoles(setting))]).to.deep.equal([]);
  });
});
