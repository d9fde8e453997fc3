import { Text } from '@mantine/core';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useRouter,
} from '@tanstack/react-router';
import { z } from 'zod';
import { readOrderSearch } from '../features/new-deployment/order-search.rules.ts';
import { sessionQuery } from '../features/session/session.queries.ts';
import { queryClient } from '../platform/api/query-client.ts';
import { Refused } from '../platform/api/refused.ts';
import { loadPart } from '../platform/load-part.ts';
import { TextLink } from '../platform/ui/links.tsx';
import { ErrorNote, LoadingNote } from '../platform/ui/notes.tsx';
import { Page } from '../platform/ui/page.tsx';
import {
  readArtifactsAddress,
  readAuditAddress,
  readDeploymentAddress,
  readDeploymentsAddress,
  readDeviceAddress,
  readFlowAddress,
} from './address.ts';
import { LiveProject } from './live-project.tsx';
import { Shell } from './shell.tsx';

// Every page there is. All but the first are loaded when they are visited.

/** A page of which loading says so where it fails. */
const lazyPage: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => loadPart(load), name);

const root = createRootRoute({ component: Outlet });

const signInRoute = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ back: z.string().optional() }),
  component: lazyPage(() => import('../features/session/sign-in-page.tsx'), 'SignInPage'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { back: location.href } });
    }
  },
});

const startRoute = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyPage(() => import('../features/projects/start-page.tsx'), 'StartPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  component: lazyPage(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

const settingsRoutes = [
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/access-tokens',
    component: lazyPage(() => import('../features/settings/access-tokens-page.tsx'), 'AccessTokensPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/users',
    component: lazyPage(() => import('../features/settings/users-page.tsx'), 'UsersPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/projects',
    component: lazyPage(() => import('../features/settings/projects-page.tsx'), 'ProjectsPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/settings/audit-log',
    validateSearch: readAuditAddress,
    component: lazyPage(() => import('../features/settings/audit-log-page.tsx'), 'AuditLogPage'),
  }),
] as const;

const projectRoute = createRoute({ getParentRoute: () => signedIn, path: '/p/$project', component: LiveProject });

const overviewRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: '/',
  component: lazyPage(() => import('../features/overview/overview-page.tsx'), 'OverviewPage'),
});

const deviceRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'devices',
    validateSearch: readDeviceAddress,
    component: lazyPage(() => import('../features/devices/devices-page.tsx'), 'DevicesPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'devices/$device',
    component: lazyPage(() => import('../features/devices/device-page.tsx'), 'DevicePage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'register-device',
    component: lazyPage(() => import('../features/register-device/register-device-page.tsx'), 'RegisterDevicePage'),
  }),
] as const;

const deploymentRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'deployments',
    validateSearch: readDeploymentsAddress,
    component: lazyPage(() => import('../features/deployments/deployments-page.tsx'), 'DeploymentsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'deployments/new',
    validateSearch: readOrderSearch,
    component: lazyPage(() => import('../features/new-deployment/new-deployment-page.tsx'), 'NewDeploymentPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'deployments/$deployment',
    validateSearch: readDeploymentAddress,
    component: lazyPage(() => import('../features/deployments/deployment-page.tsx'), 'DeploymentPage'),
  }),
] as const;

const flowRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'flows',
    component: lazyPage(() => import('../features/flows/flows-page.tsx'), 'FlowsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'flows/new',
    /** The flow whose text is to be the beginning. */
    validateSearch: z.object({ like: z.string().optional() }),
    component: lazyPage(() => import('../features/flows/flow-editor-page.tsx'), 'FlowEditorPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'flows/$flow',
    validateSearch: readFlowAddress,
    component: lazyPage(() => import('../features/flows/flow-page.tsx'), 'FlowPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'flows/$flow/edit',
    validateSearch: readFlowAddress,
    component: lazyPage(() => import('../features/flows/flow-editor-page.tsx'), 'FlowEditorPage'),
  }),
] as const;

const otherRoutes = [
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'apps',
    component: lazyPage(() => import('../features/labels/apps-page.tsx'), 'AppsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'groups-and-tags',
    component: lazyPage(() => import('../features/labels/groups-and-tags-page.tsx'), 'GroupsAndTagsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'artifacts',
    validateSearch: readArtifactsAddress,
    component: lazyPage(() => import('../features/artifacts/artifacts-page.tsx'), 'ArtifactsPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'pairing-tokens',
    component: lazyPage(() => import('../features/pairing-tokens/pairing-tokens-page.tsx'), 'PairingTokensPage'),
  }),
  createRoute({
    getParentRoute: () => projectRoute,
    path: 'registries',
    component: lazyPage(() => import('../features/settings/registries-page.tsx'), 'RegistriesPage'),
  }),
] as const;

const tree = root.addChildren([
  signInRoute,
  signedIn.addChildren([
    startRoute,
    accountRoute,
    ...settingsRoutes,
    projectRoute.addChildren([overviewRoute, ...deviceRoutes, ...deploymentRoutes, ...flowRoutes, ...otherRoutes]),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: LoadingNote,
  defaultNotFoundComponent: NoSuchPage,
  defaultErrorComponent: BrokenPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NoSuchPage() {
  return (
    <Page title="There is no such page">
      <Text size="sm" mb="xs">
        The address may be wrong, or the thing was deleted.
      </Text>
      <TextLink to="/">To the overview</TextLink>
    </Page>
  );
}

function BrokenPage({ error }: { error: unknown }) {
  const { invalidate } = useRouter();
  return <ErrorNote error={error} onRetry={() => invalidate()} />;
}
