/** The form that the console makes of an adapter's manifest. */
import { expect } from 'chai';
import { TestHost } from '../host-fixture.js';
import { needs } from '../needs.js';
import { IDLE_SINK, writtenAdapter } from '../written-adapter.js';
import { CHROMIUM, ConsoleBrowser, HOW_TO_GET_IT } from './browser.js';

const MANIFEST = {
  contracts: [{ name: 'enrollment-sink', version: '1' }],
  settings: [{ key: 'branch', title: 'Branch', type: 'number', required: true }],
  options: [
    { key: 'retries', title: 'Retries', type: 'number', default: 3 },
    { key: 'strict', title: 'Strict', type: 'boolean', default: true },
    { key: 'mode', title: 'Mode', type: 'choice', choices: ['new', 'old'], default: 'new' },
    { key: 'note', title: 'Note', type: 'text' },
  ],
};

describe('the form of a biller', function () {
  this.timeout(60_000);
  let host: TestHost;
  let browser: ConsoleBrowser;

  before(async function () {
    needs(this, CHROMIUM, HOW_TO_GET_IT);
    host = await TestHost.start({ manifest: writtenAdapter(IDLE_SINK, MANIFEST) });
    browser = await ConsoleBrowser.open(host.host.url);
    await browser.logIn(host.host.token);
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });

  it('gives each option its type', async () => {
    const { page } = browser;
    const biller = { name: 'b', guid: 'g', adapter: 'acme', settings: { branch: '7' } };
    await host.call('PUT', '/v1/billers/b', biller);
    await browser.go('/billers/b/settings', /b/);
    const list = (name: string) => page.getByRole('combobox', { name });
    expect(await list('Strict').getAttribute('placeholder')).to.equal('Yes');
    await page.getByLabel('Retries').fill('5');
    await list('Strict').click();
    await page.getByRole('option', { name: 'No' }).click();
    await list('Mode').click();
    await page.getByRole('option', { name: 'old' }).click();
    await page.getByLabel('Note').fill('7');
    await page.getByLabel('Accounts compared with the partner each night').fill('200');
    await page.getByLabel('Branch').fill('12');
    expect(await browser.axe()).to.deep.equal([]);
    await browser.picture('biller-form');
    await page.getByRole('button', { name: 'Save' }).click();
    const saved = await host.until('/v1/billers/b', ({ options }) => options.retries === 5);
    expect(saved.options).to.deep.equal({ retries: 5, strict: false, mode: 'old', note: '7', reconcileNightly: 200 });
    expect(saved.settings).to.deep.equal({ branch: '12' });
    expect(browser.complaints).to.deep.equal([]);
  });
});
