/** The first of `key`, `key-2`, `key-3`… that is neither reserved nor taken. */
export function firstFreeKey(key: string, taken: ReadonlySet<string>): string {
  let candidate = key;
  for (let number = 2; taken.has(candidate) || isReservedKey(candidate); number++) candidate = `${key}-${number}`;
  return candidate;
}

/** Whether the API keeps this word for itself, today or perhaps later, as the first word of a path. */
export function isReservedKey(key: string): boolean {
  return reservedKeys.has(key);
}

const reservedKeys = new Set([
  ...['access-tokens', 'account', 'accounts', 'admin', 'agent', 'agents', 'all', 'api', 'app', 'apps', 'artifacts'],
  ...['assets', 'audit', 'audit-events', 'auth', 'billing', 'bulk', 'dashboard', 'demo', 'deploy', 'deployments'],
  ...['device', 'device-filter', 'devices', 'docs', 'download', 'downloads', 'events', 'export', 'flows', 'group'],
  ...[
    'groups',
    'health',
    'healthz',
    'help',
    'import',
    'install',
    'installation',
    'invitations',
    'join',
    'jobs',
    'keys',
  ],
  ...['limits', 'login', 'logout', 'logs', 'me', 'metrics', 'new', 'notifications', 'null', 'oauth', 'openapi'],
  ...['organization', 'organizations', 'owner', 'pairing-tokens', 'password', 'plans', 'project', 'projects', 'public'],
  ...[
    'ready',
    'readyz',
    'registries',
    'releases',
    'reports',
    'roles',
    'root',
    'saved-filters',
    'search',
    'secrets',
    'server',
    'servers',
  ],
  ...['session', 'sessions', 'settings', 'setup', 'static', 'stats', 'status', 'support', 'system', 'tag', 'tags'],
  ...[
    'team',
    'teams',
    'templates',
    'tokens',
    'undefined',
    'update',
    'update-flows',
    'updates',
    'usage',
    'user',
    'users',
  ],
  ...['v1', 'v2', 'v3', 'version', 'webhooks', 'why'],
]);
