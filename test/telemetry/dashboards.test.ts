/** The dashboard and the alert rules ask only for what a host tells. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { NEED_KINDS } from '../../src/console/needs.js';
import { TestHost } from '../host-fixture.js';

describe('docs/dashboards', () => {
  let told: string;
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller();
    await host.call('POST', '/v1/billers/1663/payments', host.payment('told'), { prefer: 'wait=10' });
    told = (await host.call('GET', '/metrics')).body;
  });
  after(() => host.close());

  /** Names of metrics, and of their labels, in an expression of PromQL. */
  const asked = (text: string) => ({
    metrics: [...text.matchAll(/\b((?:ic_host|http_server)_\w+)/g)].map(([, name = '']) => name),
    labels: [...text.matchAll(/[{,(]\s*((?:ic|http)_(?!host)\w+?)\s*(?:=|!|,|\))/g)].map(([, name = '']) => name),
  });

  for (const file of ['ic-host.json', 'alerts.yaml'])
    it(`${file} asks for nothing that is not there`, () => {
      const { metrics, labels } = asked(readFileSync(`docs/dashboards/${file}`, 'utf8'));
      expect(metrics).to.have.length.above(4);
      const names = new Set([...told.matchAll(/^(\w+?)(?:\{| )/gm)].map(([, name]) => name));
      expect(metrics.filter((name) => !names.has(name))).to.deep.equal([]);
      expect(labels.filter((label) => !told.includes(`${label}="`))).to.deep.equal([]);
    });

  it('the kinds of need that are asked for are there', () => {
    const texts = ['ic-host.json', 'alerts.yaml'].map((file) => readFileSync(`docs/dashboards/${file}`, 'utf8')).join();
    const kinds = [...texts.matchAll(/ic_host_needs\{kind=~?\\?"([^"\\]+)/g)].flatMap(([, of = '']) => of.split('|'));
    expect(kinds).to.have.length.above(5);
    for (const kind of kinds)
      expect(
        NEED_KINDS.some((one) => new RegExp(`^${kind}$`).test(one)),
        kind,
      ).to.equal(true);
  });

  it('ic-host.json is a dashboard whose panels do not overlap', () => {
    const { panels } = JSON.parse(readFileSync('docs/dashboards/ic-host.json', 'utf8'));
    type At = { x: number; y: number; w: number; h: number };
    const places: At[] = panels.map(({ gridPos }: { gridPos: At }) => gridPos);
    const overlap = (a: At, b: At) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
    const pairs = places.flatMap((a, index) => places.slice(index + 1).filter((b) => overlap(a, b)));
    expect(pairs).to.deep.equal([]);
  });
});
