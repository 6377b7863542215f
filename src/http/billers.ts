/** Billers and the adapters they can be on. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reachesBiller } from '../access/access.js';
import { ADAPTERS } from '../adapters/adapter-registry.js';
import { type BillerConfig, Billers, type Expected } from '../billers/billers.js';
import { ChangeBiller } from '../deliveries/change-biller.js';
import { PartnerHolds } from '../deliveries/partner-holds.js';
import { CheckBiller } from '../doctor/check-biller.js';
import { Problem } from '../problem.js';
import { keptReport } from '../verify/kept-report.js';
import { accessOf, actorOf } from './authentication.js';
import { BillerBody, readBody, reasonOf } from './bodies.js';
import type { Resolve } from './resolve.js';

/** What is expected of what is changed, as RFC 9110 says it; a proxy that packs answers has made a weak tag of ours. */
function expectedBy({ headers }: FastifyRequest): Expected | undefined {
  if (headers['if-none-match'] !== undefined) return 'none';
  const match = headers['if-match'];
  if (match === undefined) return undefined;
  return match.trim() === '*' ? 'some' : match.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"|"$/g, ''));
}

export function billerRoutes(app: FastifyInstance, resolve: Resolve): void {
  const billers = resolve<Billers>(Billers);
  const holds = resolve<PartnerHolds>(PartnerHolds);
  const change = resolve<ChangeBiller>(ChangeBiller);
  const doctor = resolve<CheckBiller>(CheckBiller);
  const adapters = resolve(ADAPTERS);
  /** With what tells it from how it was before. */
  const viewOf = (config: BillerConfig, reply: FastifyReply) => {
    reply.header('etag', `"${config.revision}"`);
    return billers.view(config);
  };
  /** How the partner takes deliveries: null when nothing holds them back. */
  const partnerOf = async ({ billerId }: BillerConfig) => {
    const held = await holds.heldBack(billerId);
    if (!held) return { heldBack: null };
    const { cause, code, detail, blocked_since: since, blocked_until: nextProbeAt } = held;
    return { heldBack: { cause, code, detail, since, nextProbeAt } };
  };

  app.get('/adapters', async () => {
    const onAdapter = await billers.countByAdapter();
    const loaded = [...adapters.loaded.values()].map((adapter) => {
      const { id, name, version, hostApi, contracts, settings, options, egress, limits } = adapter.manifest;
      return {
        id,
        name,
        version,
        hostApi,
        contracts,
        settings,
        options: options ?? [],
        egress,
        limits: limits ?? {},
        billers: onAdapter.get(id) ?? 0,
        suite: keptReport(adapter),
        pinned: adapter.pinned,
        isolated: adapter.isolated?.state ?? null,
        health: 'loaded',
      };
    });
    const quarantined = adapters.quarantined.map(({ source, id, faults }) => ({
      id,
      source,
      health: 'quarantined',
      faults,
    }));
    return { adapters: [...loaded, ...quarantined] };
  });

  app.get('/billers', async (request) => {
    const seen = (await billers.list()).filter(({ billerId }) => reachesBiller(accessOf(request), billerId));
    return { billers: seen.map((config) => billers.view(config)) };
  });

  app.get<{ Params: { billerId: string } }>('/billers/:billerId', async ({ params }, reply) =>
    viewOf(await billers.get(params.billerId), reply),
  );

  app.get<{ Params: { billerId: string } }>('/billers/:billerId/partner', async ({ params }) =>
    partnerOf(await billers.get(params.billerId)),
  );

  app.post<{ Params: { billerId: string } }>('/billers/:billerId/release', async ({ params }) => {
    const config = await billers.get(params.billerId);
    await holds.release(config.billerId);
    return partnerOf(config);
  });

  app.post<{ Params: { billerId: string } }>('/billers/:billerId/pause', async (request) => {
    const config = await billers.get(request.params.billerId);
    await holds.pause(config.billerId, actorOf(request), reasonOf(request.body));
    return partnerOf(config);
  });

  app.post<{ Params: { billerId: string } }>('/billers/:billerId/resume', async (request) => {
    const config = await billers.get(request.params.billerId);
    await holds.resume(config.billerId, actorOf(request), reasonOf(request.body));
    return partnerOf(config);
  });

  app.post<{ Params: { billerId: string } }>('/billers/:billerId/check', async ({ params }) => ({
    checks: await doctor.check(params.billerId),
  }));

  app.put<{ Params: { billerId: string } }>('/billers/:billerId', async (request, reply) => {
    const { params, body } = request;
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(params.billerId))
      throw new Problem(
        422,
        'invalid-request',
        'a biller id is up to 64 letters, digits, dots, hyphens and underscores',
      );
    const { config, created, warnings, known } = await change.put(
      params.billerId,
      readBody(BillerBody, body),
      actorOf(request),
      expectedBy(request),
    );
    await known;
    // What was wrong may be right now: whatever waits for it is tried at once.
    if (!created) await holds.release(config.billerId);
    return reply.code(created ? 201 : 200).send({ ...viewOf(config, reply), warnings });
  });
}
