import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';

describe('a token that ends', () => {
  let host: TestHost;
  before(async () => {
    host = await TestHost.start();
    await host.biller();
  });
  after(() => host.close());

  const make = async (name: string, expiresInDays?: number, billers?: string[]) => {
    const wish = { name, scope: 'read', ...(expiresInDays ? { expiresInDays } : {}), ...(billers ? { billers } : {}) };
    return (await host.call('POST', '/v1/tokens', wish)).body as { token: string; tokenId: string };
  };
  const use = (token: string) => host.call('GET', '/v1/overview', undefined, { authorization: `Bearer ${token}` });

  it('is named where it is in use and ends within two weeks, or did a week ago, and is not revoked', async () => {
    for (const [name, days] of [
      ['soon', 13],
      ['late', 15],
      ['revoked', 13],
      ['ended', 1],
      ['for ever', undefined],
    ] as const) {
      const { token, tokenId } = await make(name, days);
      expect((await use(token)).status).to.equal(200);
      if (name === 'revoked') await host.call('DELETE', `/v1/tokens/${tokenId}`);
    }
    await make('not used', 13);
    await host.query("update api_tokens set expires_at = now() - interval '6 days' where name = 'ended'");
    await host.query(`
      insert into api_tokens (token_id, name, secret_hash, scope, made_by, expires_at, last_used_at)
      values ('000000000000', 'ended long ago', '', 'read', 'test', now() - interval '8 days', now() - interval '8 days'),
        ('000000000001', 'used long ago', '', 'read', 'test', now() + interval '8 days', now() - interval '31 days')`);

    const { needs } = await host.until('/v1/overview', ({ needs }) => needs.length > 0);
    expect(needs.map(({ kind, code }: Record<string, string>) => [kind, code])).to.deep.equal([
      ['token-ends', 'ended'],
      ['token-ends', 'soon'],
    ]);
    const { checks } = (await host.call('GET', '/v1/doctor')).body;
    const told = checks.find(({ code }: { code: string | null }) => code === 'token-ends');
    expect(told.detail).to.match(/^the token "ended" \(\w+\) is in use, and is good until .*; the token "soon"/);
    expect((await host.call('GET', '/metrics')).body).to.match(/^ic_host_needs\{kind="token-ends".*\} 2$/m);
    const { token } = await make('of one biller', 300, ['1663']);
    expect((await use(token)).body.needs, 'nobody’s business who may not change it').to.deep.equal([]);
  });
});
