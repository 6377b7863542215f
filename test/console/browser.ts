/// <reference lib="dom" />
/** A real browser on a host's console: Debian's Chromium, watched for whatever a page must not do. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const CHROMIUM = process.env.IC_HOST_CHROMIUM ?? PLACES.find(existsSync);
export const HOW_TO_GET_IT =
  "the console's tests need a Chromium: apt-get install chromium, or name one in IC_HOST_CHROMIUM";

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** Something the browser said or did that no page of ours may make it do. */
export type Complaint = string;

export class ConsoleBrowser {
  readonly complaints: Complaint[] = [];
  /** Bytes that came over the wire, by address. */
  readonly loaded = new Map<string, number>();

  private constructor(
    private readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly base: string,
  ) {}

  static async open(base: string, scheme: 'light' | 'dark' = 'light', viewport = DESKTOP): Promise<ConsoleBrowser> {
    // As root Chromium has no sandbox; the only pages it sees are ours.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await chromium.launch({ executablePath: CHROMIUM as string, args });
    const context = await browser.newContext({
      viewport,
      colorScheme: scheme,
      reducedMotion: 'reduce',
      locale: 'en-US',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const opened = new ConsoleBrowser(browser, context, page, base);
    opened.watch();
    return opened;
  }

  private watch(): void {
    const { page, base, complaints } = this;
    page.on('pageerror', (error) => complaints.push(`threw: ${error.message}`));
    page.on('console', (message) => {
      // What the host refuses the browser tells by itself; the page tells it in words.
      const own = message.location().url.startsWith(base);
      if (own && message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(`said: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      // Chromium's reader of PDFs is a page of the browser's own.
      if (!url.startsWith(`${base}/`) && !/^(data|blob|chrome|chrome-extension):/.test(url))
        complaints.push(`asked another origin: ${url}`);
    });
    page.on('requestfinished', async (request) => {
      const sizes = await request.sizes().catch(() => undefined);
      if (sizes) this.loaded.set(request.url(), sizes.responseBodySize + sizes.responseHeadersSize);
    });
  }

  async go(path: string, heading: string | RegExp): Promise<void> {
    await this.page.goto(this.base + path);
    await this.page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  async logIn(token: string): Promise<void> {
    await this.page.goto(`${this.base}/`);
    await this.page.getByLabel(/^Token/).fill(token);
    await this.page.getByRole('button', { name: 'Log in' }).click();
    await this.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  }

  /** What axe finds wrong by WCAG 2.2 AA. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(async () => {
      // biome-ignore lint/suspicious/noExplicitAny: axe is put into the page as text
      const { axe } = globalThis as any;
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
      return violations as { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }[];
    });
    return found.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`)
          .join(' | ')}`,
    );
  }

  /** What is wider than the window, so that one would have to scroll sideways. */
  overflowing(): Promise<string[]> {
    return this.page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) return [];
      const out = [...document.querySelectorAll('main *')].filter(
        (element) => element.getBoundingClientRect().right > width,
      );
      return out.slice(0, 8).map((element) => element.outerHTML.slice(0, 120));
    });
  }

  /** Keeps a picture where IC_HOST_SCREENS names a folder: `npm run docs:screens` does. */
  async picture(name: string): Promise<void> {
    const folder = process.env.IC_HOST_SCREENS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.browser.close();
  }
}
