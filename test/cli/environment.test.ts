import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { readPort, unknownSettings, weakKeys, wrongSettings } from '../../src/cli/environment.js';

describe('what the environment says to a host', () => {
  for (const [name, good, bad, words] of [
    [
      'IC_HOST_DATABASE_URL',
      ['postgres://a:b@c:5432/d', 'postgres://a:b,c@d/e', 'postgresql:///d?host=/run'],
      ['c:5432', 'mysql://a/b'],
      'a URL',
    ],
    ['IC_HOST_DATABASE_URL', [], ['postgres://a:b@c:5432,d:5432/e?f=g', 'postgres://a@b,c'], 'names several servers'],
    ['IC_HOST_PORT', ['0', '8080', '65535'], ['x', '-1', '65536', '1.5', ' 80'], 'a whole number, 0 to 65535'],
    ['IC_HOST_PORT', [], ['tcp://10.0.0.7:80'], 'enableServiceLinks: false'],
    ['IC_HOST_LOG_LEVEL', ['info', 'silent'], ['loud', 'INFO'], 'one of trace, debug, info'],
    ['IC_HOST_REQUESTS_PER_SECOND', ['1', '10000'], ['0', '-5', 'abc', '1e3'], 'a whole number'],
    ['IC_HOST_EGRESS_PROXY', ['http://proxy:3128'], ['proxy:3128', 'socks5://proxy'], 'a URL'],
    ['IC_HOST_SECRET_FOLDERS', ['/run/secrets', '/a:/b'], ['secrets', '/a:b'], 'whole paths'],
    ['IC_HOST_KEEP_CHANGES_DAYS', ['0', '365'], ['x', '1.5', '-1'], 'of days'],
    ['OTEL_METRIC_EXPORT_INTERVAL', ['60000'], ['1m', '0'], 'of milliseconds'],
    ['OTEL_TRACES_SAMPLER_ARG', ['0.25', '1'], ['25%', '2'], 'a number, 0 to 1'],
  ] as const)
    it(`${name}: ${words}`, () => {
      for (const text of ['', ...good]) expect(wrongSettings({ [name]: text }), text).to.deep.equal([]);
      for (const text of bad)
        expect(wrongSettings({ [name]: text })[0], text)
          .to.include(`${name} `)
          .and.include(words);
    });

  it('names all that is wrong at once', () =>
    expect(wrongSettings({ IC_HOST_PORT: 'x', IC_HOST_LOG_LEVEL: 'loud', PATH: '/bin' })).to.have.length(2));

  it('is asked about a name that means nothing, and about a key that may be guessed', () => {
    expect(unknownSettings({ IC_HOST_DATABSE_URL: 'postgres://…', PATH: '/bin' })[0]).to.include('IC_HOST_DATABSE_URL');
    expect(weakKeys({ IC_HOST_MASTER_KEY: 'short', IC_HOST_API_TOKEN: 'x'.repeat(32) })).to.have.length(1);
  });

  it('a port is read from the command line, too', () => {
    expect(readPort('8080')).to.equal(8080);
    expect(() => readPort('abc')).to.throw('It must be a whole number');
  });

  it('every setting is described, and every one that is described is known', () => {
    const described = [...readFileSync('docs/operating.md', 'utf8').matchAll(/`(IC_HOST_[A-Z_]+)`/g)].map(
      ([, name]) => name,
    );
    expect(unknownSettings(Object.fromEntries(described.map((name) => [name, 'x'])))).to.deep.equal([]);
  });
});
