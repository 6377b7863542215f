/// <reference lib="dom" />
/** The demonstration's whole story, clicked through in a real browser. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { loadAdapters } from '../../src/adapters/adapter-registry.js';
import { contractConfigOf } from '../../src/verify/contract-config.js';
import { keepReport } from '../../src/verify/kept-report.js';
import { reportOf } from '../../src/verify/report.js';
import { verifyAdapter } from '../../src/verify/verify-adapter.js';
import { TestHost, temporaryFolder } from '../host-fixture.js';
import { needs } from '../needs.js';
import { CHROMIUM, ConsoleBrowser, DESKTOP, HOW_TO_GET_IT, PHONE } from './browser.js';

const ACCOUNT = 'FM4000264061';
const BLOCKED = 'FM400001115';
const FIRST_LOAD_BYTES = 300_000;

describe('the console, in a browser', function () {
  this.timeout(60_000);
  let host: TestHost;
  let browser: ConsoleBrowser;
  let page: Page;

  before(async function () {
    needs(this, CHROMIUM, HOW_TO_GET_IT);
    host = await TestHost.start();
    await host.biller();
    // A second one, that gives up at the first failure: what is parked then waits for a person.
    await host.biller('2001', { name: 'Harbor Casualty', options: { maxDeliveryAgeHours: 0 } });
    browser = await ConsoleBrowser.open(host.host.url);
    page = browser.page;
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });
  afterEach(() => {
    // One by one: a list of many would not be shown.
    for (const complaint of browser?.complaints ?? []) expect.fail(complaint);
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor();

  it('logs in with the token alone, and keeps it in no address and no storage', async () => {
    await page.goto(`${browser.base}/deliveries?state=parked`);
    await page.getByLabel(/^Token/).fill('not the token');
    await button('Log in').click();
    await sees(/the token is not one of this host/);
    await browser.picture('log-in');
    await page.getByLabel(/^Token/).fill(host.host.token);
    await button('Log in').click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    expect(new URL(page.url()).search).to.equal('?state=parked');
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).to.not.include(host.host.token);
    const [cookie] = await browser.context.cookies();
    expect(cookie).to.deep.include({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).to.not.include(host.host.token);
  });

  it('first loads under 300 kB', async () => {
    const other = await ConsoleBrowser.open(host.host.url);
    await other.logIn(host.host.token);
    await other.page.waitForLoadState('load');
    await other.page.waitForTimeout(500);
    const bytes = [...other.loaded].filter(([url]) => !url.includes('/v1/')).reduce((sum, [, size]) => sum + size, 0);
    await other.close();
    expect(bytes).to.be.within(50_000, FIRST_LOAD_BYTES);
  });

  it('shows all billers, and that nothing needs a person', async () => {
    await browser.go('/', 'Overview');
    await sees('Nothing needs you');
    await sees('2 of 2');
  });

  it('checks a partner, and says of each thing how it is', async () => {
    await browser.go('/billers/1663', /United Frontier/);
    await button('Check now').click();
    await sees('The partner answers and takes our key.');
    await sees(/no question about a payment that would change nothing/);
    await browser.picture('biller');
  });

  it('finds an account, and says in words why its customer cannot pay', async () => {
    await page.getByRole('link', { name: 'Accounts' }).click();
    await page.getByLabel('Account number').fill(BLOCKED);
    await button('Open this account').click();
    await button('Refresh now').click();
    await sees('This customer can’t pay');
    await sees('Poor Payment History is set and the policy is Cancellation Pending.');
    await sees(/Appeared by a look-up: balance \$240.75 of \$240.75/);
    await browser.picture('account-blocked');
  });

  it('shows the PDF inside the page', async () => {
    await button(/^PDF of/)
      .first()
      .click();
    const frame = page.locator('iframe.pdf');
    await frame.waitFor();
    expect(await frame.getAttribute('src')).to.match(/^blob:/);
    if (process.env.IC_HOST_SCREENS) await page.waitForTimeout(2_000); // until the browser has drawn it
    await browser.picture('document');
    await button('Close').click();
  });

  it('shows a payment as it comes, without a reload', async () => {
    await browser.go(`/billers/1663/accounts/${ACCOUNT}`, ACCOUNT);
    await button('Refresh now').click();
    await sees('This customer may pay');
    await host.call('POST', '/v1/billers/1663/payments', host.payment('seen-live'));
    await page.getByRole('link', { name: 'Payment $15.00' }).waitFor();
    await sees('Delivered');
    await host.call('POST', `/v1/billers/1663/accounts/${ACCOUNT}/refresh`);
    await sees(/Amounts changed by a look-up: balance \$100.00/);
    await browser.picture('account');
  });

  it('switches an enrollment', async () => {
    await button('Switch on autopay').click();
    await sees('Autopay on');
    const path = `/v1/billers/1663/accounts/${ACCOUNT}/enrollments/autopay`;
    expect(await host.settled(path)).to.deep.include({ enabled: true, state: 'delivered' });
    expect(host.sandbox.book.autopay).to.not.deep.equal({});
  });

  it('shows what was said to the partner, the key masked', async () => {
    await page.getByRole('link', { name: 'Payment $15.00' }).click();
    await page.getByRole('heading', { level: 1, name: 'Payment $15.00' }).waitFor();
    await sees(/"api_key": "\*{8}"/);
    await browser.picture('delivery');
  });

  it('tells of a paused biller at once, and lets it go when its key is right', async () => {
    await browser.go('/', 'Overview');
    const { settings } = host.sandbox.biller;
    await host.biller('1663', { settings: { ...settings, '10': 'a wrong key' } });
    await host.call('POST', '/v1/billers/1663/payments', host.payment('held'));
    await sees('1663: The partner refuses us: deliveries are paused');
    await browser.picture('overview-paused');
    await page.getByRole('link', { name: 'Settings' }).click();
    await sees('The partner refuses us: deliveries wait, since');
    // The secret is written, never read.
    const key = page.getByLabel(/^RTDR key/);
    expect(await key.inputValue()).to.equal('');
    await key.fill(String(settings['10']));
    await button('Save').click();
    await sees('Saved.');
    expect(await host.settled('/v1/billers/1663/payments/held')).to.include({ state: 'delivered' });
    await page.getByText('The partner refuses us').waitFor({ state: 'detached' });
    await browser.picture('settings');
  });

  it('says beside the field what is wrong with a setting', async () => {
    await page.getByLabel(/^RTDR endpoint/).fill('no address');
    await button('Save').click();
    await sees(/must be a URL/);
  });

  it('does not write over what somebody else has changed since it was shown', async () => {
    await browser.go('/billers/1663/settings', /United Frontier/);
    const name = page.getByLabel(/^Name/);
    const was = await name.inputValue();
    const { billerId: _, ...biller } = host.sandbox.biller;
    await host.call('PUT', '/v1/billers/1663', { ...biller, adapter: 'britecore', name: was, invoiceTypeId: 200 });
    await name.fill('changed by who has not seen it');
    await button('Save').click();
    await sees('biller-changed');
    const held = (await host.call('GET', '/v1/billers/1663')).body;
    expect([held.name, held.invoiceTypeId]).to.deep.equal([was, 200]);
    await page.reload();
    await page.getByLabel('Invoice type').fill('164');
    await button('Save').click();
    await sees('Saved.');
    await page.getByLabel('Invoice type').fill('165');
    await button('Save').click();
    await host.until('/v1/billers/1663', ({ invoiceTypeId }) => invoiceTypeId === 165);
    await page.getByLabel('Invoice type').fill('164');
    await button('Save').click();
    await host.until('/v1/billers/1663', ({ invoiceTypeId }) => invoiceTypeId === 164);
  });

  it('makes a biller', async () => {
    await browser.go('/billers/new', 'New biller');
    await page.getByLabel(/^Biller number/).fill('3100');
    await page.getByLabel(/^Name/).fill('Third Example');
    await page.getByLabel(/^GUID/).fill('7c0e5d3e-41cb-4a4a-8a2f-310000000001');
    await page.getByLabel(/^RTDR endpoint/).fill(host.sandbox.url);
    await page.getByLabel(/^RTDR key/).fill('a key');
    await browser.picture('new-biller');
    await button('Make the biller').click();
    await page.getByRole('heading', { level: 1, name: 'Third Example' }).waitFor();
    expect((await host.call('GET', '/v1/billers/3100')).body).to.deep.nested.include({ 'settings.10': '********' });
  });

  it('pauses and resumes a biller, with a reason that the audit keeps', async () => {
    await browser.go('/billers/1663', /United Frontier/);
    await button('Pause').click();
    await page.getByLabel(/^Reason/).fill('the partner moves tonight');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await sees('Paused by hand: deliveries wait');
    await host.call('POST', '/v1/billers/1663/payments', host.payment('while-paused'));
    await button('Resume').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Paused by hand: deliveries wait').waitFor({ state: 'detached' });
    expect(await host.settled('/v1/billers/1663/payments/while-paused')).to.include({ state: 'delivered' });
    await page.getByRole('link', { name: 'audit', exact: true }).click();
    await sees('the partner moves tonight');
    await browser.picture('audit');
  });

  it('settles one parked delivery with a reason, and retries many at once', async () => {
    for (let index = 0; index < 5; index++) {
      host.sandbox.fault({ operation: '*', kind: 'status', status: 500, times: 1 });
      await host.call('POST', '/v1/billers/2001/payments', host.payment(`parked-${index}`));
      await host.until(`/v1/billers/2001/payments/parked-${index}`, ({ state }) => state === 'parked');
    }
    await browser.go('/', 'Overview');
    await sees('2001: 5 deliveries are parked');
    await browser.picture('overview');
    await page.getByRole('link', { name: 'Look' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    expect(new URL(page.url()).search).to.equal('?state=parked&biller=2001');
    await page.getByRole('row').nth(1).getByRole('link').click();
    await sees('attempts are used up');
    await browser.picture('delivery-parked');
    await button('Settle as delivered').click();
    await page.getByLabel('Confirmation number').fill('P-777');
    await page.getByLabel(/^Reason/).fill('it is on their ledger');
    await button('Settle').click();
    await sees('P-777');
    await page.goBack();
    await page.getByLabel('Select all that are loaded').check();
    await sees('4 selected');
    await browser.picture('deliveries');
    await button('Retry').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
    await sees('4 done.');
    const waits = () => host.call('GET', '/v1/deliveries?biller=2001&state=delivered');
    await host.until('/v1/deliveries?biller=2001&state=delivered', ({ deliveries }) => deliveries.length === 5);
    expect((await waits()).body.deliveries).to.have.length(5);
    expect(host.sandbox.book.ledger.filter(({ transactionId }) => transactionId.startsWith('parked'))).to.have.length(
      4,
    );
  });

  it('keeps filters in the address, and finds by them', async () => {
    await browser.go('/deliveries', 'Deliveries');
    await page.getByLabel('Find').fill('parked-3');
    await page.waitForURL(/q=parked-3/);
    await sees('1 loaded');
    await page.reload();
    await sees('1 loaded');
    expect(await page.getByLabel('Find').inputValue()).to.equal('parked-3');
    await button('Clear').click();
    await page.getByRole('link', { name: /^Delivered/ }).click();
    await page.waitForURL(/state=delivered/);
    expect(await page.getByRole('link', { name: /^Delivered/ }).getAttribute('aria-current')).to.equal('page');
    expect(await page.getByRole('link', { name: /^All/ }).getAttribute('aria-current')).to.equal(null);
  });

  it('takes an invoice file, and lists what it set aside', async () => {
    const sample = JSON.parse(host.sandbox.sampleFile.text);
    const copies = Array.from({ length: 20 }, (_, copy) =>
      sample.Invoices.map((item: { InvoiceHeader: { InvoiceNumber: string } }) => {
        const made = structuredClone(item);
        made.InvoiceHeader.InvoiceNumber = `${copy}-${made.InvoiceHeader.InvoiceNumber}`;
        return made;
      }),
    ).flat();
    copies[3].InvoiceHeader.InvoiceDueDate = '31/31/2026';
    sample.Invoices = copies;
    sample.FileHeader.InvoiceCount = copies.length;
    const cents = copies.reduce((sum, item) => sum + Math.round(Number(item.InvoiceHeader.TotalAmountDue) * 100), 0);
    sample.FileHeader.TotalInvoiceAmount = (cents / 100).toFixed(2);
    const file = join(temporaryFolder(), '1663_11242026.JSON');
    writeFileSync(file, JSON.stringify(sample));
    await browser.go('/billers/1663/files', /United Frontier/);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('heading', { level: 1, name: '1663_11242026.JSON' }).waitFor();
    await sees('Applied');
    await page.getByRole('region', { name: 'Records set aside' }).first().waitFor();
    await browser.picture('file');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download all as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).to.equal('1663_11242026.JSON.set-aside.csv');
  });

  it('says of a refused file what to tell the partner', async () => {
    const file = join(temporaryFolder(), '1663_11252026.JSON');
    writeFileSync(file, host.sandbox.sampleFile.text.slice(0, -40));
    await browser.go('/billers/1663/files', /United Frontier/);
    await page.locator('input[type=file]').setInputFiles(file);
    await sees('Refused: nothing of it was applied');
    await sees(/it was not written or sent to its end. Please send it again/);
    await browser.picture('file-refused');
    await page.getByRole('link', { name: '1663' }).click();
    await browser.picture('files');
  });

  it('shows the adapters with what the contract suite said', async () => {
    const adapter = (await loadAdapters('adapter.manifest.json')).loaded.get('britecore');
    if (!adapter) throw new Error('the adapter is not loaded');
    const choose = (check: { id: string; slow?: boolean; contract: string }) =>
      !check.slow && check.contract === 'enrollment-sink';
    const results = await verifyAdapter(adapter, await contractConfigOf(adapter), { choose, atOnce: 8 });
    keepReport(adapter, reportOf(adapter.manifest, results), true);
    await browser.go('/adapters', 'Adapters');
    await sees(`${results.length} hold`);
    await sees('host of “RTDR endpoint”');
    await browser.picture('adapters');
  });

  it('says why a customer can’t pay, with what the partner said', async () => {
    await browser.go(`/billers/1663/accounts/${BLOCKED}`, BLOCKED);
    await button('Refresh now').click();
    await sees("This customer can't pay: Poor Payment History is set and the policy is Cancellation Pending.");
    await page
      .getByText(/^what the partner said: policies\/retrieve_policy/)
      .first()
      .click();
    await sees(/"Poor Payment History"/);
    await browser.picture('explanation');
  });

  it('compares what is held with what the partner says, and mends it', async () => {
    const policy = host.sandbox.book.policyOf(BLOCKED);
    if (!policy?.invoices[0]) throw new Error('the stand-in lacks an invoice');
    policy.invoices[0].balance += 100;
    await browser.go('/billers/1663/reconcile', /United Frontier/);
    await button('Compare and mend').click();
    await sees('balance-differs');
    await sees('mended');
    await browser.picture('reconciliation');
  });

  it('shows a shadow, in what it differs, and switches to it and back', async () => {
    const { settings } = host.sandbox.biller;
    await host.biller('1663-next', { name: 'Next', settings, options: { shadowOf: '1663', generation: 'legacy' } });
    const { accountNumber } = host.sandbox.example;
    Object.assign(host.sandbox.book.policyOf(accountNumber) ?? {}, {
      ...{ poorPaymentHistory: true, policyStatus: 'Cancellation Pending' },
    });
    await new Promise((done) => setTimeout(done, 2_100)); // who is whose shadow is remembered so long
    await host.call('POST', `/v1/billers/1663/accounts/${accountNumber}/refresh`);
    await browser.go('/billers/1663/shadow', /United Frontier/);
    await sees('paymentBlock.ach');
    await browser.picture('shadow');
    for (let times = 0; times < 2; times++) {
      await button('Switch').first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('textbox').fill('tried in a test');
      await dialog.getByRole('button', { name: 'Switch', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
    }
    expect((await host.call('GET', '/v1/billers/1663')).body.options.generation).to.equal(undefined);
  });

  it('works by keyboard alone', async () => {
    const other = await ConsoleBrowser.open(host.host.url);
    const press = (key: string) => other.page.keyboard.press(key);
    await other.page.goto(`${other.base}/`);
    await other.page.getByLabel(/^Token/).waitFor();
    await press('Tab');
    await other.page.keyboard.type(host.host.token);
    await press('Enter');
    await other.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const focused = () => other.page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    /** Tabs on to what has this text, and says whether it is seen that it has the focus. */
    const tabTo = async (text: string): Promise<void> => {
      for (let steps = 0; steps < 60; steps++) {
        await press('Tab');
        if ((await focused()).startsWith(text)) return;
      }
      throw new Error(`${text} can't be reached by the keyboard`);
    };
    await press('Tab');
    expect(await focused()).to.equal('To the page');
    await tabTo('Deliveries');
    await press('Enter');
    await other.page.getByRole('heading', { level: 1, name: 'Deliveries' }).waitFor();
    await tabTo('Payment $15.00');
    await press('Enter');
    await other.page.getByRole('heading', { level: 1, name: 'Payment $15.00' }).waitFor();
    expect(other.complaints).to.deep.equal([]);
    await other.close();
  });

  // In `npm test` the busiest pages, in one colour and width; `npm run docs:screens`, which CI runs, does all of them in four.
  const BUSIEST = /^\/(deliveries|billers\/1663\/(settings|accounts\/.*))?$/;
  for (const [scheme, viewport] of [
    ['light', DESKTOP],
    ...(process.env.IC_HOST_SCREENS
      ? ([
          ['dark', PHONE],
          ['dark', DESKTOP],
          ['light', PHONE],
        ] as const)
      : []),
  ] as const) {
    const name = `${scheme}, ${viewport.width} px`;
    it(`axe finds nothing, and nothing overflows: ${name}`, async () => {
      const other = await ConsoleBrowser.open(host.host.url, scheme, viewport);
      await other.page.goto(`${other.base}/log-in`);
      await other.page.getByLabel(/^Token/).waitFor();
      const faults = (await other.axe()).map((fault) => `/log-in ${fault}`);
      await other.logIn(host.host.token);
      const [parked] = (await host.call('GET', '/v1/deliveries?limit=1')).body.deliveries;
      const [file] = (await host.call('GET', '/v1/billers/1663/invoice-files?limit=1')).body.imports;
      for (const [path, heading] of [
        ['/', 'Overview'],
        ['/billers', 'Billers'],
        ['/billers/new', 'New biller'],
        ['/billers/1663', /United Frontier/],
        ['/billers/1663/accounts', /United Frontier/],
        ['/billers/1663/files', /United Frontier/],
        ['/billers/1663/settings', /United Frontier/],
        ['/billers/1663/reconcile', /United Frontier/],
        ['/billers/1663/shadow', /United Frontier/],
        [`/billers/1663/accounts/${BLOCKED}`, BLOCKED],
        [`/billers/1663/files/${file.importId}`, file.filename],
        ['/deliveries', 'Deliveries'],
        [`/deliveries/${parked.id}`, /Payment|Autopay/],
        ['/adapters', 'Adapters'],
        ['/audit', 'Audit'],
      ] as const) {
        if (!process.env.IC_HOST_SCREENS && !BUSIEST.test(path)) continue;
        await other.go(path, heading);
        await other.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
        await other.page.waitForTimeout(150);
        faults.push(...(await other.axe()).map((fault) => `${path} ${fault}`));
        for (const element of await other.overflowing()) faults.push(`${path} is wider than the window: ${element}`);
        if (path === '/' || path.includes(BLOCKED) || path === '/deliveries')
          await other.picture(`${path.split('/').at(-1) || 'overview'}-${scheme}-${viewport.width}`);
      }
      expect(other.complaints).to.deep.equal([]);
      await other.close();
      for (const fault of faults) console.log(`      ${fault}`);
      expect(faults).to.have.length(0);
    });
  }

  it('logs out, and then shows nothing', async () => {
    await browser.go('/', 'Overview');
    await button('Log out').click();
    await page.getByLabel(/^Token/).waitFor();
    await page.goto(`${browser.base}/billers`);
    await page.getByLabel(/^Token/).waitFor();
    expect(new URL(page.url()).pathname).to.equal('/log-in');
  });
});
