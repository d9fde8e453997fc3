import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerEngine, hasEngine } from '../../../agent/src/testing/container-engine.ts';
import { type StepCase, type Surroundings, write } from './step-cases.ts';

const image = (version: string) => `matrix-app:${version}`;
let engine: ContainerEngine;

/** What the cases with containers have in common: a real engine with an old image and a new one. */
const withEngine = {
  lacks: () => (hasEngine ? null : 'a container engine'),
  isLongOnly: true,
  pointsEach: 12,
  repeatable: () => true,
  surround: async (): Promise<Surroundings> => {
    engine = new ContainerEngine();
    await engine.start();
    for (const version of ['old', 'new']) engine.makeImage(image(version), version);
    return { environment: engine.environment, remove: () => engine.remove() };
  },
};

export const containerCases: StepCase[] = [
  {
    ...withEngine,
    type: 'docker',
    steps: `
      - name: Run the app
        uses: tideway/docker
        with:
          image: matrix-app
          tag: new
          name: app
          run-options: { network: host, pull: never, restart: unless-stopped, env: [NOTE=new] }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    furnish: () => {
      removeContainers();
      engine.docker('run', '--detach', '--name=app', '--network=host', '--env=NOTE=old', image('old'));
    },
    observe: async () => containers(),
  },
  {
    ...withEngine,
    type: 'compose',
    steps: `
      - name: Run the shop
        uses: tideway/compose
        with: { artifact: shop.yaml, project: shop, path: /opt/shop, env: { NOTE: new } }
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }`,
    artifacts: async () => ({ 'shop.yaml': Buffer.from(project('new', 'web', 'queue')) }),
    furnish: (root) => {
      removeContainers();
      write(root, 'opt/shop/compose.yaml', project('old', 'web'));
      write(root, 'opt/shop/.env', 'NOTE=old\n');
      const words = ['--project-name', 'shop', '--file', join(root, 'opt/shop/compose.yaml'), 'up', '--detach'];
      execFileSync('docker-compose', words, { env: engine.environment, cwd: join(root, 'opt/shop'), stdio: 'pipe' });
    },
    observe: async (root) => ({
      containers: containers(),
      files: ['compose.yaml', '.env'].map((name) => join(root, 'opt/shop', name)).map(readIfThere),
    }),
  },
];

/** All that there are, also what was kept: name, image, how it is and restarts, and what it was given. */
function containers(): string[] {
  const ids = engine.lines('ps', '--all', '--quiet');
  if (ids.length === 0) return [];
  const restart = '{{.HostConfig.RestartPolicy.Name}}';
  const template = `{{.Name}} {{.Config.Image}} {{.State.Status}} ${restart} {{range .Config.Env}}{{.}} {{end}}`;
  return engine
    .lines('inspect', '--type=container', `--format=${template}`, ...ids)
    .map(withoutNumber)
    .sort();
}

/** Compose puts back what ran by the number of its image. */
function withoutNumber(line: string): string {
  return line.replace(
    / sha256:[0-9a-f]+ /,
    (id) => ` ${engine.docker('inspect', '--type=image', '--format={{index .RepoTags 0}}', id.trim())} `,
  );
}

function removeContainers(): void {
  const ids = engine.lines('ps', '--all', '--quiet');
  if (ids.length > 0) engine.docker('rm', '--force', '--volumes', ...ids);
}

function project(version: string, ...services: string[]): string {
  const service = (name: string) => `  ${name}:
    image: ${image(version)}
    network_mode: host
    environment: { NOTE: "\${NOTE}" }
`;
  return `version: '3.7'\nservices:\n${services.map(service).join('')}`;
}

function readIfThere(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
