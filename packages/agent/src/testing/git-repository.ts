import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of repositories as a server has them, each with a work tree in which commits are made. */
export class GitRepositories {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-git-'));
  private readonly ends: (() => void)[] = [];

  /** Commits these files, and nothing else, on a branch of a repository; gives the commit's number. */
  commit(repository: string, files: Record<string, string>, branch = 'main'): string {
    const tree = this.treeOf(repository, branch);
    git(tree, 'rm', '-rqf', '--ignore-unmatch', '.');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
      writeFileSync(path.join(tree, name), text);
    }
    git(tree, 'add', '--all', '--force');
    return this.seal(tree, branch);
  }

  /** Adds a repository as a submodule at `lib`, at its newest commit. */
  addSubmodule(repository: string, submodule: string): string {
    const tree = this.treeOf(repository, 'main');
    git(
      tree,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      '--force',
      this.fileUrl(submodule),
      'lib',
    );
    return this.seal(tree, 'main');
  }

  tag(repository: string, name: string): void {
    git(this.bareOf(repository), 'tag', name, 'main');
  }

  removeBranch(repository: string, branch: string): void {
    git(this.bareOf(repository), 'branch', '-D', branch);
  }

  fileUrl(repository: string): string {
    return `file://${this.bareOf(repository)}`;
  }

  /** Serves all of them with `git daemon`; gives their base address. */
  async startDaemon(): Promise<string> {
    const port = await freePort();
    const words = [
      'daemon',
      '--reuseaddr',
      '--export-all',
      `--base-path=${this.folder}`,
      '--listen=127.0.0.1',
      `--port=${port}`,
    ];
    const daemon = spawn('git', [...words, '--verbose', this.folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.ends.push(() => process.kill(-(daemon.pid ?? 0), 'SIGKILL'));
    await new Promise<void>((resolve) => daemon.stderr.on('data', (said) => /Ready/.test(String(said)) && resolve()));
    return `git://127.0.0.1:${port}`;
  }

  /** Serves all of them over HTTP to who has these credentials; gives the base address, and who asked so far. */
  async startHttp(
    account: string,
  ): Promise<{ url: string; asked: (string | undefined)[]; hold: () => Promise<() => void> }> {
    const asked: (string | undefined)[] = [];
    let held: Promise<void> | null = null;
    let onHeld = () => {};
    const server = createServer(async (request, response) => {
      asked.push(request.headers.authorization);
      if (request.headers.authorization !== `Basic ${Buffer.from(account).toString('base64')}`) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
        return;
      }
      if (held && request.method === 'POST') {
        onHeld();
        await held;
      }
      this.answer(request, response);
    });
    const url = await listen(server);
    this.ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const hold = () =>
      new Promise<() => void>((resolve) => {
        held = new Promise((release) => {
          onHeld = () =>
            resolve(() => {
              held = null;
              release();
            });
        });
      });
    return { url, asked, hold };
  }

  remove(): void {
    for (const end of this.ends) end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: this.folder,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REQUEST_METHOD: request.method ?? 'GET',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk) => chunks.push(chunk));
    backend.on('close', () => {
      const whole = Buffer.concat(chunks);
      const at = whole.indexOf('\r\n\r\n');
      const headers = Object.fromEntries(
        whole
          .subarray(0, at)
          .toString()
          .split('\r\n')
          .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
      );
      response.writeHead(Number.parseInt(headers.Status ?? '200', 10), headers).end(whole.subarray(at + 4));
    });
  }

  private seal(tree: string, branch: string): string {
    git(tree, 'commit', '--quiet', '--allow-empty', '-m', 'A release');
    git(tree, 'push', '--quiet', '--force', 'origin', `HEAD:refs/heads/${branch}`);
    return git(tree, 'rev-parse', 'HEAD');
  }

  private treeOf(repository: string, branch: string): string {
    const tree = path.join(this.folder, `${repository}.tree`);
    mkdirSync(tree, { recursive: true });
    if (git(tree, 'rev-parse', '--show-toplevel', '--quiet') !== tree) {
      git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', `${repository}.git`);
      git(this.folder, 'init', '--quiet', '--initial-branch=main', tree);
      git(tree, 'remote', 'add', 'origin', this.bareOf(repository));
    }
    git(tree, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`);
    return tree;
  }

  private bareOf(repository: string): string {
    return path.join(this.folder, `${repository}.git`);
  }
}

/** Runs git, and gives what it says; nothing where it fails. */
export function git(folder: string, ...words: string[]): string {
  const own = {
    GIT_AUTHOR_NAME: 'T',
    GIT_AUTHOR_EMAIL: 't@example.org',
    GIT_COMMITTER_NAME: 'T',
    GIT_COMMITTER_EMAIL: 't@example.org',
  };
  try {
    const env = { ...process.env, ...own, GIT_CEILING_DIRECTORIES: tmpdir() };
    return execFileSync('git', words, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    if (words[0] === 'rev-parse' || words[0] === 'config') return '';
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
