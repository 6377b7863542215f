/** The commands that speak to a running host: billers, lookup, pay, enroll, document, import, deliveries. */
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { SingleBar } from 'cli-progress';
import { type Command, Option } from 'commander';

interface Connection {
  url: string;
  token?: string;
  dataDir: string;
}

function connect({ url, token, dataDir }: Connection): AxiosInstance {
  const kept = join(dataDir, 'api-token');
  const found = token ?? (existsSync(kept) ? readFileSync(kept, 'utf8').trim() : undefined);
  if (!found) throw new Error('no token: set IC_HOST_API_TOKEN, or name the host’s --data-dir');
  return axios.create({
    baseURL: `${url}/v1`,
    headers: { authorization: `Bearer ${found}` },
    validateStatus: () => true,
  });
}

/** Prints an answer; a problem goes to standard error and makes the exit status 1. */
function show({ status, data }: AxiosResponse): void {
  if (status < 400) {
    console.log(JSON.stringify(data, null, 2));
    return;
  }
  console.error(`${data?.code ?? status}: ${data?.detail ?? 'the host answered with an error'}`);
  process.exitCode = 1;
}

const part = encodeURIComponent;

export function remoteCommands(program: Command): void {
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(new Option('--url <url>', 'the host').env('IC_HOST_URL').default('http://127.0.0.1:8080'))
      .addOption(new Option('--token <token>', 'its token').env('IC_HOST_API_TOKEN'))
      .addOption(
        new Option('--data-dir <folder>', 'where its token is kept').env('IC_HOST_DATA_DIR').default('.ic-host'),
      );

  command('billers [billerId]', 'list the billers, or show one').action(async (billerId, options) =>
    show(await connect(options).get(billerId ? `/billers/${part(billerId)}` : '/billers')),
  );
  command('lookup <billerId> <accountNumber>', 'refresh an account now').action(async (billerId, account, options) =>
    show(await connect(options).post(`/billers/${part(billerId)}/accounts/${part(account)}/refresh`)),
  );
  command('pay <billerId> <json>', 'hold a payment and deliver it; waits up to 10 s').action(
    async (billerId, json, options) =>
      show(
        await connect(options).post(`/billers/${part(billerId)}/payments`, JSON.parse(json), {
          headers: { prefer: 'wait=10' },
        }),
      ),
  );
  command('enroll <billerId> <accountNumber> <kind> <state>', 'wish paperless or autopay on or off').action(
    async (billerId, account, kind, state, options) => {
      if (state !== 'on' && state !== 'off') throw new Error('the state is on or off');
      const path = `/billers/${part(billerId)}/accounts/${part(account)}/enrollments/${part(kind)}`;
      show(await connect(options).put(path, { enabled: state === 'on' }));
    },
  );
  command('document <billerId> <invoiceNumber>', 'save an invoice’s PDF')
    .option('-o, --output <file>', 'where to')
    .action(async (billerId, invoiceNumber, options) => {
      const path = `/billers/${part(billerId)}/invoices/${part(invoiceNumber)}/document`;
      const answer = await connect(options).get<Readable>(path, { responseType: 'stream' });
      if (answer.status >= 400) {
        const text = (await answer.data.toArray()).join('');
        return show({ ...answer, data: JSON.parse(text) });
      }
      const file = options.output ?? `${invoiceNumber}.pdf`;
      await pipeline(answer.data, createWriteStream(file));
      console.log(file);
    });
  command('import <billerId> <file>', 'import an invoice file; waits until it is applied or refused').action(
    async (billerId, file, options) => {
      const http = connect(options);
      const path = `/billers/${part(billerId)}/invoice-files`;
      let answer = await http.post(path, createReadStream(file), {
        params: { filename: basename(file) },
        headers: { 'content-type': 'application/octet-stream', 'content-length': statSync(file).size },
        maxBodyLength: Number.POSITIVE_INFINITY,
        maxRedirects: 0,
      });
      const bar = new SingleBar({
        format: '{bar} {percentage} % {records} records, {eta_formatted} left',
        stream: process.stderr,
      });
      if (answer.status < 400) bar.start(statSync(file).size, 0, { records: 0 });
      while (answer.data.state === 'running') {
        await wait(200);
        answer = await http.get(`${path}/${answer.data.importId}`);
        bar.update(answer.data.bytesRead, { records: answer.data.records });
      }
      bar.stop();
      show(answer);
      if (answer.data.state === 'refused') process.exitCode = 1;
    },
  );
  command('deliveries', 'list deliveries, newest first')
    .option('--state <state>', 'only these')
    .option('--biller <billerId>', 'only of this biller')
    .action(async (options) =>
      show(await connect(options).get('/deliveries', { params: { state: options.state, biller: options.biller } })),
    );
}
