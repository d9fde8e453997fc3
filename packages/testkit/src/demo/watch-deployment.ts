import { setTimeout as delay } from 'node:timers/promises';
import type { Deployment, Update } from '@tideway/protocol';
import type { Api } from '../api.ts';

/** Shows how a deployment goes, device by device, until it is finished; gives its end. */
export async function watchDeployment(api: Api, path: string): Promise<{ deployment: Deployment; updates: Update[] }> {
  const screen = new Screen();
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const deployment = await api.get<Deployment>(path);
    const { items: updates } = await api.get<{ items: Update[] }>(`${path}/updates`);
    screen.show(updates.map(row));
    if (deployment.finished_at !== null) return { deployment, updates };
    await delay(150);
  }
  throw new Error('The deployment did not finish within two minutes');
}

function row({ device, status, waiting_for, message }: Update): string {
  const detail = message ?? (waiting_for && `waiting: ${waiting_for}`) ?? '';
  return `  ${device.name.padEnd(10)} ${status.padEnd(12)} ${detail}`;
}

/** On a terminal the table is drawn over itself; elsewhere each change is one line. */
class Screen {
  #shown: string[] = [];

  show(lines: string[]): void {
    const changed = lines.filter((line, index) => line !== this.#shown[index]);
    if (changed.length === 0) return;
    if (process.stdout.isTTY && this.#shown.length > 0) process.stdout.write(`\x1b[${this.#shown.length}A\x1b[J`);
    process.stdout.write(`${(process.stdout.isTTY ? lines : changed).join('\n')}\n`);
    this.#shown = lines;
  }
}
