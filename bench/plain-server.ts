/**
 * What the host is measured beside, as a process of its own: `fastify` does the bare minimum of a look-up and of an
 * accepted payment; `express` is a look-up as a team would write it, with axios, its retries and class-transformer.
 */
import 'reflect-metadata';
import { Agent as HttpAgent } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import { plainToInstance, Type } from 'class-transformer';
import { IsArray, IsBoolean, IsNotEmpty, IsOptional, IsString, ValidateNested, validateSync } from 'class-validator';
import express from 'express';
import Fastify from 'fastify';
import pg from 'pg';
import { Agent } from 'undici';

const [kind = '', partner = '', database = ''] = process.argv.slice(2);
const POLICY = '/api/v2/policies/retrieve_policy';
const INVOICES = '/api/v2/accounting/get_invoices';
const key = 'key';

async function bare(): Promise<number> {
  const agent = new Agent({ connections: 100 });
  const call = async (path: string, body: object): Promise<string> => {
    const { body: answer } = await agent.request({
      ...{ origin: partner, path, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ ...body, api_key: key }),
    });
    return answer.text();
  };
  const pool = new pg.Pool({ connectionString: database, max: 20 });
  await pool.query('create table if not exists bare_payments (id text primary key, request jsonb not null)');
  const app = Fastify();
  app.post<{ Params: { account: string } }>('/accounts/:account/refresh', async ({ params }, reply) => {
    const [, invoices] = await Promise.all([
      call(POLICY, { policy_number: params.account }),
      call(INVOICES, { policy_id: params.account, page_number: 1, page_size: 50 }),
    ]);
    return reply.type('application/json').send(invoices);
  });
  app.post<{ Body: { transactionId: string } }>('/payments', async ({ body }, reply) => {
    await pool.query('insert into bare_payments (id, request) values ($1, $2)', [body.transactionId, body]);
    return reply.code(202).send(body);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return (app.server.address() as AddressInfo).port;
}

class Details {
  @IsOptional()
  @IsBoolean()
  paidInFull?: boolean;
  @IsOptional()
  @IsString()
  policyStatus?: string;
  @IsString()
  billDate!: string;
  @IsString()
  dueDate!: string;
}
class InvoiceData {
  @ValidateNested()
  @Type(() => Details)
  details!: Details;
}
class Invoice {
  @IsString()
  @IsNotEmpty()
  id!: string;
  @IsString()
  balance!: string;
  @ValidateNested()
  @Type(() => InvoiceData)
  data!: InvoiceData;
}
class InvoicesAnswer {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Invoice)
  invoices!: Invoice[];
}

async function usual(): Promise<number> {
  const http = axios.create({ baseURL: partner, httpAgent: new HttpAgent({ keepAlive: true }), timeout: 30_000 });
  axiosRetry(http, { retries: 2 });
  const app = express();
  app.use(express.json());
  app.post('/accounts/:account/refresh', async (request, response) => {
    const { account } = request.params;
    const [policy, invoices] = await Promise.all([
      http.post(POLICY, { policy_number: account, api_key: key }),
      http.post(INVOICES, { policy_id: account, page_number: 1, page_size: 50, api_key: key }),
    ]);
    const answer = plainToInstance(InvoicesAnswer, invoices.data.data);
    const faults = validateSync(answer);
    if (faults.length) {
      response.status(502).json({ faults });
      return;
    }
    response.json({
      accountNumber: account,
      partnerAccountId: policy.data.data.id,
      invoices: answer.invoices.map((invoice) => ({
        invoiceNumber: invoice.id,
        balanceDue: invoice.balance,
        invoiceDate: invoice.data.details.billDate,
        invoiceDueDate: invoice.data.details.dueDate,
      })),
    });
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  return (server.address() as AddressInfo).port;
}

const port = await (kind === 'express' ? usual() : bare());
console.log(`listening on http://127.0.0.1:${port}`);
process.on('disconnect', () => process.exit());
