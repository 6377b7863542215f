/** The console's addresses; filters are part of them. Pages are loaded when they are first gone to. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { answerOf, api } from './api.js';
import { LogIn } from './log-in.js';
import { Shell } from './shell.js';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

const root = createRootRoute({ component: Outlet });

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/log-in',
  component: LogIn,
  validateSearch: (search): { to?: string } => {
    const to = text(search.to);
    return to?.startsWith('/') && !to.startsWith('//') ? { to } : {};
  },
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const { actor } = await answerOf(api.GET('/v1/session'));
    if (actor === null) throw redirect({ to: '/log-in', search: location.href === '/' ? {} : { to: location.href } });
  },
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview.js'), 'OverviewPage'),
});

export interface BillersSearch {
  q?: string | undefined;
  health?: string | undefined;
}
const billers = createRoute({
  getParentRoute: () => shell,
  path: '/billers',
  validateSearch: (search): BillersSearch => ({ q: text(search.q), health: text(search.health) }),
  component: lazyRouteComponent(() => import('./pages/billers.js'), 'BillersPage'),
});

const biller = createRoute({
  getParentRoute: () => shell,
  path: '/billers/$billerId',
  component: lazyRouteComponent(() => import('./pages/biller.js'), 'BillerPage'),
});
const billerSummary = createRoute({
  getParentRoute: () => biller,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/biller-summary.js'), 'BillerSummary'),
});
const billerSettings = createRoute({
  getParentRoute: () => biller,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/biller-settings.js'), 'BillerSettings'),
});
const billerAccounts = createRoute({
  getParentRoute: () => biller,
  path: '/accounts',
  validateSearch: (search): { q?: string | undefined } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('./pages/biller-accounts.js'), 'BillerAccounts'),
});
const billerShadow = createRoute({
  getParentRoute: () => biller,
  path: '/shadow',
  component: lazyRouteComponent(() => import('./pages/biller-shadow.js'), 'BillerShadow'),
});
const billerReconcile = createRoute({
  getParentRoute: () => biller,
  path: '/reconcile',
  component: lazyRouteComponent(() => import('./pages/biller-reconcile.js'), 'BillerReconcile'),
});
const billerFiles = createRoute({
  getParentRoute: () => biller,
  path: '/files',
  component: lazyRouteComponent(() => import('./pages/biller-files.js'), 'BillerFiles'),
});
const newBiller = createRoute({
  getParentRoute: () => shell,
  path: '/billers/new',
  component: lazyRouteComponent(() => import('./pages/new-biller.js'), 'NewBillerPage'),
});

const account = createRoute({
  getParentRoute: () => shell,
  path: '/billers/$billerId/accounts/$accountNumber',
  component: lazyRouteComponent(() => import('./pages/account.js'), 'AccountPage'),
});
const file = createRoute({
  getParentRoute: () => shell,
  path: '/billers/$billerId/files/$importId',
  component: lazyRouteComponent(() => import('./pages/file.js'), 'FilePage'),
});

export interface DeliveriesSearch {
  state?: string | undefined;
  biller?: string | undefined;
  kind?: string | undefined;
  q?: string | undefined;
  account?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}
const deliveries = createRoute({
  getParentRoute: () => shell,
  path: '/deliveries',
  validateSearch: (search): DeliveriesSearch => ({
    ...{ state: text(search.state), biller: text(search.biller), kind: text(search.kind), q: text(search.q) },
    ...{ account: text(search.account), from: text(search.from), to: text(search.to) },
  }),
  component: lazyRouteComponent(() => import('./pages/deliveries.js'), 'DeliveriesPage'),
});
const delivery = createRoute({
  getParentRoute: () => shell,
  path: '/deliveries/$id',
  component: lazyRouteComponent(() => import('./pages/delivery.js'), 'DeliveryPage'),
});

const adapters = createRoute({
  getParentRoute: () => shell,
  path: '/adapters',
  component: lazyRouteComponent(() => import('./pages/adapters.js'), 'AdaptersPage'),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: (search): { subject?: string | undefined } => ({ subject: text(search.subject) }),
  component: lazyRouteComponent(() => import('./pages/audit.js'), 'AuditPage'),
});

const tree = root.addChildren([
  logIn,
  shell.addChildren([
    overview,
    billers,
    newBiller,
    biller.addChildren([billerSummary, billerSettings, billerAccounts, billerFiles, billerReconcile, billerShadow]),
    account,
    file,
    deliveries,
    delivery,
    adapters,
    audit,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  // A billerId of digits is text in an address, too.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const written = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
    return written ? `?${written}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
