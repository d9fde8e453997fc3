import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FetchedArtifact, StepContext } from '../steps/step.ts';

/** A root, a keep folder and artifacts for the test of a step that works with files. */
export class StepPlace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tideway-step-'));
  readonly root = path.join(this.folder, 'root');
  output = '';
  private readonly artifacts = new Map<string, Buffer>();

  constructor() {
    mkdirSync(this.root);
    mkdirSync(path.join(this.folder, 'keep'));
  }

  addArtifact(name: string, bytes: Buffer | string): void {
    this.artifacts.set(name, Buffer.from(bytes));
  }

  /** Writes a file below the root, with the folders above it. */
  write(name: string, text: string): void {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  context(changes: Partial<StepContext> = {}): StepContext {
    return {
      root: this.root,
      environment: {},
      origin: { device: 'd-test', flow: 'f-test', update: 'up-test', step: 0 },
      keepFolder: path.join(this.folder, 'keep'),
      fetchArtifact: async (name) => this.fetch(name),
      registry: (name) => Promise.reject(new Error(`The test has no registry ${name}`)),
      askForBoot: () => undefined,
      output: (text) => {
        this.output += text;
      },
      signal: new AbortController().signal,
      ...changes,
    };
  }

  /** All artifacts, each as if it had been fetched. */
  artifactList(): FetchedArtifact[] {
    return [...this.artifacts.keys()].map((name) => this.fetch(name));
  }

  /** Removes what was fetched, as the agent does when an update has ended. */
  forgetArtifacts(): void {
    for (const { file } of this.artifactList()) rmSync(file);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private fetch(name: string) {
    const bytes = this.artifacts.get(name);
    if (!bytes) throw new Error(`The test has no artifact ${name}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = path.join(this.folder, sha256);
    writeFileSync(file, bytes);
    return { path: name, sha256, size: bytes.length, file };
  }
}
