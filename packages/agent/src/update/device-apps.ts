import path from 'node:path';
import { z } from 'zod';
import { type JsonFile, jsonFile } from '../system/json-file.ts';

export type App = { name: string; version: string };

/** The apps on the device, as its successful updates have left them. */
export class DeviceApps {
  private readonly file: JsonFile<App[]>;

  constructor(stateFolder: string) {
    this.file = jsonFile(
      path.join(stateFolder, 'apps.json'),
      z.array(z.object({ name: z.string(), version: z.string() })),
      'without it the device does not know which apps it carries',
    );
  }

  list(): App[] {
    return this.file.read() ?? [];
  }

  /** What the device carries when it is set up; nothing happens where that is known already. */
  begin(apps: App[]): void {
    if (this.file.read() === null) this.file.write(apps);
  }

  /** Books an app's version; an app that was not there is added. */
  set(app: App): void {
    this.file.write([...this.list().filter(({ name }) => name !== app.name), app]);
  }
}
