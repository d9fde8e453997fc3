import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** The flow that the demo deploys: its steps, its parameters, and its way back. */
export const releaseFlow = `flows:
  app-release:
    description: Puts a release of the app on the device and proves that it runs
    inputs:
      version: { description: Release to install, pattern: '\\d+\\.\\d+\\.\\d+' }
      greeting: { default: hello }
    timeout: 10m
    rollback:
      run: echo "started $(cat "$TIDEWAY_ROOT/opt/app/VERSION") again" >> "$TIDEWAY_ROOT/var/log/app.log"
    steps:
      - name: Stop the app
        run: echo "stopped" >> "$TIDEWAY_ROOT/var/log/app.log"
      - name: Put the release in place
        uses: tideway/files
        with:
          artifact: app/\${{ inputs.version }}/app.tar.gz
          path: /opt/app
          extract: true
        on-failure: { revert-all-files: true, trigger-revert: any-step-failure }
      - name: Write its settings
        run: |
          printf 'greeting=%s\\ndevice=%s\\n' \${{ inputs.greeting }} \${{ device.name }} > "$TIDEWAY_ROOT/etc/app.conf"
      - name: Prove that it runs
        uses: tideway/check
        with: { command: 'sh "$TIDEWAY_ROOT/opt/app/bin/self-test"', within: 2s }
`;

/** A release as a tar.gz: a file that says its version, and a self-test. */
export async function packRelease(version: string, selfTest: string): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'VERSION' }, `${version}\n`);
  archive.entry({ name: 'bin/self-test', mode: 0o755 }, `#!/bin/sh\n${selfTest}\n`);
  archive.finalize();
  return buffer(archive.pipe(createGzip()));
}
