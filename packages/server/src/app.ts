import { z } from 'zod';
import { agentProgramRoutes } from './device-channel/agent-program.routes.ts';
import { deviceChannelRoutes } from './device-channel/device-channel.routes.ts';
import { startDeviceChannel } from './device-channel/device-channel.ts';
import { installScriptRoutes } from './device-channel/install/install-script.routes.ts';
import { serverRoutes } from './device-channel/install/server.routes.ts';
import { accessTokenRoutes } from './features/accounts/access-token.routes.ts';
import { auditEventRoutes } from './features/accounts/audit-event.routes.ts';
import { sessionRoutes } from './features/accounts/sessions/session.routes.ts';
import { userRoutes } from './features/accounts/users/user.routes.ts';
import { artifactRoutes } from './features/artifacts/artifact.routes.ts';
import { artifactUseRoutes } from './features/deployments/artifact-use.routes.ts';
import { deployUpdateRoutes } from './features/deployments/deploy-update.routes.ts';
import { deploymentRoutes } from './features/deployments/deployment.routes.ts';
import { deviceDeletionRoutes } from './features/deployments/device-deletion.routes.ts';
import { deviceFilterRoutes } from './features/deployments/device-filter.routes.ts';
import { eventRoutes } from './features/deployments/event.routes.ts';
import { Followers } from './features/deployments/followers.ts';
import { overviewRoutes } from './features/deployments/overview.routes.ts';
import { selectedDevicesRoutes } from './features/deployments/selected-devices.routes.ts';
import { watchClock } from './features/deployments/watch-clock.ts';
import { deviceRoutes } from './features/devices/device.routes.ts';
import { labelRoutes } from './features/devices/label.routes.ts';
import { pairingTokenRoutes } from './features/devices/pairing-token.routes.ts';
import { savedFilterRoutes } from './features/devices/saved-filters/saved-filter.routes.ts';
import { flowRoutes } from './features/flows/flow.routes.ts';
import { projectRoutes } from './features/projects/project.routes.ts';
import { registryRoutes } from './features/registries/registry.routes.ts';
import type { Deps } from './platform/deps.ts';
import { healthRoutes } from './platform/http/health.routes.ts';
import { createHttpServer } from './platform/http/http-server.ts';
import { defineRoute, everybody, type Route } from './platform/http/route.ts';
import { metricsRoutes } from './platform/metrics/metrics.routes.ts';
import { version } from './version.ts';

/** The server's HTTP side with everything in it, not yet listening, and the table of its routes. */
export async function createApp(deps: Deps, isReady: () => Promise<boolean>) {
  const followers = new Followers(deps);
  deps.metrics.watchStreams(() => followers.count);
  const routes: Route[] = [
    ...healthRoutes(isReady),
    ...metricsRoutes(deps),
    openApiRoute(() => server.swagger()),
    ...accessTokenRoutes(deps),
    ...auditEventRoutes(deps),
    ...sessionRoutes(deps),
    ...userRoutes(deps),
    ...projectRoutes(deps),
    ...labelRoutes(deps),
    ...deviceRoutes(deps),
    ...savedFilterRoutes(deps),
    ...pairingTokenRoutes(deps),
    ...artifactRoutes(deps),
    ...registryRoutes(deps),
    ...flowRoutes(deps),
    ...deployUpdateRoutes(deps),
    ...deploymentRoutes(deps),
    ...eventRoutes(deps, followers),
    ...overviewRoutes(deps),
    ...artifactUseRoutes(deps),
    ...deviceDeletionRoutes(deps),
    ...deviceFilterRoutes(deps),
    ...selectedDevicesRoutes(deps),
    ...deviceChannelRoutes(deps),
    ...agentProgramRoutes(deps),
    ...installScriptRoutes(deps),
    ...serverRoutes(deps),
  ];
  const server = await createHttpServer(routes, deps, version);
  server.addHook('preClose', () => followers.stop());
  server.addHook('preClose', await startDeviceChannel(server.server, deps));
  server.addHook('onClose', watchClock(deps));
  deps.lastUses.start();
  server.addHook('onClose', () => deps.lastUses.stop());
  server.addHook('onClose', async () => deps.metrics.stop());
  await server.ready();
  return { server, routes };
}

function openApiRoute(document: () => unknown): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v2/openapi.json',
    tag: 'API',
    summary: 'This API as an OpenAPI 3.1 document',
    access: everybody,
    answer: z.record(z.string(), z.unknown()),
    handle: async () => ({ ...(document() as Record<string, unknown>) }),
  });
}
