/** Who may import whom; ARCHITECTURE.md says why. `npm run check` holds the code against it. */

const features = [
  'audit',
  'accounts',
  'projects',
  'devices',
  'artifacts',
  'registries',
  'flows',
  'deployments',
  'notifications',
];
/** The dashboard's: a page may use what those before it know. */
const pages = [
  'session',
  'account',
  'projects',
  'labels',
  'pairing-tokens',
  'artifacts',
  'devices',
  'register-device',
  'flows',
  'deployments',
  'new-deployment',
  'overview',
  'settings',
];
const dashboard = '^packages/dashboard/src';
const server = '^packages/server/src';
const test = '\\.test\\.tsx?$';
const allowedInRules = [
  '\\.rules\\.ts$',
  '^packages/protocol/',
  // Libraries that compute and do nothing else: YAML, regular expressions of linear time, a shell parser, SQL as a value,
  // QR codes.
  'node_modules/(yaml|re2js|unbash|zod|kysely|uqr)/',
  // Paths as texts; it touches no file.
  '^(node:)?path$',
  // Numbers and statuses as texts.
  '^packages/dashboard/src/platform/ui/(number-text|status)\\.ts$',
];

/** A feature imports only those that stand before it. */
const featureOrder = features.map((feature, index) => ({
  name: `feature-order-${feature}`,
  severity: 'error',
  from: { path: `${server}/features/${feature}/`, pathNot: test },
  to: { path: `${server}/features/(${features.slice(index + 1).join('|') || '-'})/` },
}));

const pageOrder = pages.map((page, index) => ({
  name: `page-order-${page}`,
  severity: 'error',
  from: { path: `${dashboard}/features/${page}/`, pathNot: test },
  to: { path: `${dashboard}/features/(${pages.slice(index + 1).join('|') || '-'})/` },
}));

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'protocol-depends-on-zod-alone',
      severity: 'error',
      from: { path: '^packages/protocol/', pathNot: test },
      to: { pathNot: '^packages/protocol/|node_modules/zod/' },
    },
    {
      name: 'agent-and-server-know-the-protocol-alone',
      severity: 'error',
      from: { path: '^packages/(agent|server)/', pathNot: test },
      to: { path: '^packages/', pathNot: ['^packages/protocol/', '^packages/$1/'] },
    },
    {
      name: 'cli-knows-server-and-protocol-by-their-entry',
      severity: 'error',
      from: { path: '^packages/cli/', pathNot: test },
      to: { path: '^packages/', pathNot: ['^packages/cli/', '^packages/(protocol|server)/src/index\\.ts$'] },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^packages/', pathNot: [test, '^packages/testkit/'] },
      to: { path: '^packages/testkit/' },
    },
    ...featureOrder,
    {
      name: 'dashboard-knows-the-protocol-alone',
      severity: 'error',
      from: { path: '^packages/dashboard/', pathNot: test },
      to: { path: '^packages/', pathNot: '^packages/(dashboard|protocol)/' },
    },
    ...pageOrder,
    {
      name: 'dashboard-platform-knows-no-pages',
      severity: 'error',
      from: { path: `${dashboard}/platform/` },
      to: { path: `${dashboard}/(features|app)/` },
    },
    {
      name: 'pages-do-not-know-what-stands-around-them',
      severity: 'error',
      from: { path: `${dashboard}/features/` },
      to: { path: `${dashboard}/app/` },
    },
    {
      name: 'platform-knows-nothing-of-features',
      severity: 'error',
      from: { path: `${server}/platform/`, pathNot: test },
      to: { path: `${server}/(features|device-channel|[^/]+\\.ts$)` },
    },
    {
      name: 'features-know-nothing-of-the-device-channel',
      severity: 'error',
      from: { path: `${server}/features/`, pathNot: test },
      to: { path: `${server}/(device-channel|[^/]+\\.ts$)` },
    },
    {
      name: 'stores-belong-to-their-feature',
      severity: 'error',
      from: { path: `${server}/(features/[^/]+|device-channel|[^/]+\\.ts$)`, pathNot: test },
      to: { path: `${server}/features/[^/]+/[^/]+\\.store\\.ts$`, pathNot: '^packages/server/src/$1/' },
    },
    {
      name: 'rules-compute-and-nothing-else',
      severity: 'error',
      from: { path: '\\.rules\\.ts$' },
      to: { pathNot: allowedInRules },
    },
    {
      name: 'routes-call-use-cases-and-views',
      severity: 'error',
      from: { path: '\\.(routes|worker)\\.ts$' },
      to: { path: '\\.store\\.ts$' },
    },
    {
      name: 'use-cases-know-no-routes',
      severity: 'error',
      from: { path: `${server}/features/`, pathNot: [test, '\\.routes\\.ts$'] },
      to: { path: '\\.routes\\.ts$' },
    },
    {
      name: 'stores-and-views-ask-the-database',
      severity: 'error',
      from: { path: '\\.(store|views)\\.ts$' },
      to: {
        path: `${server}/(features|platform)/`,
        pathNot: [
          `${server}/platform/database/`,
          `${server}/platform/(refusal|deps)\\.ts$`,
          // How a page is cut out of a list of rows.
          `${server}/platform/http/id-page\\.ts$`,
          '\\.(rules|store|views)\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-system-folder-touches-the-machine',
      comment:
        'Processes and sockets of the agent are in one folder; files also where archives and downloads are written',
      severity: 'error',
      from: { path: '^packages/agent/src/', pathNot: [test, '^packages/agent/src/(system|testing)/'] },
      to: { path: '^(node:)?(child_process|net|tls|dgram)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
